// Computes docs/device-protocol-vectors.json again with another language and another NaCl.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import nacl from "tweetnacl";
import * as wire from "./wire.mjs";

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
const TIMES = new Set(["t", "now", "at", "gateway", "heard"]);
const WORDS = new Set(["type", "device", "q", "command_id", "state"]);
const TYPES = new Set(["vitals/1", "clock/1", "receipt/1"]);

// Throws at a message that a receiver must refuse. JSON.parse alone takes 1.0 for an integer.
function parsed(text) {
  const message = JSON.parse(text, (name, value, { source }) => {
    if (TIMES.has(name)) assert.match(source ?? "", /^-?\d+$/, `${name} is not an integer`);
    return value;
  });
  assert.ok(TYPES.has(message.type));
  assert.ok(Number.isSafeInteger(message.seq) && message.seq >= 1);
  assert.ok(Number.isInteger(message.boot) && message.boot >= 0 && message.boot < 2 ** 32);
  for (const sample of message.samples ?? []) {
    assert.ok("t" in sample);
    for (const [name, value] of Object.entries(sample)) {
      assert.equal(typeof value, WORDS.has(name) ? "string" : "number");
    }
  }
  return message;
}

function* frames(told, publicKey, pair) {
  for (const [name, { message, frame }] of Object.entries(told)) {
    yield [name, () => assert.equal(hex(wire.signed(message, pair.secretKey)), frame)];
    yield [`${name} opened`, () => assert.equal(wire.opened(bytes(frame), [publicKey]), message)];
    const altered = bytes(frame);
    altered[altered.length - 1] ^= 1;
    yield [`${name} altered`, () => assert.equal(wire.opened(altered, [publicKey]), null)];
  }
}

function* checks(told) {
  const { keys } = told;
  const device = nacl.sign.keyPair.fromSeed(bytes(keys.device_seed));
  const gateway = nacl.sign.keyPair.fromSeed(bytes(keys.gateway_seed));
  const deviceBox = nacl.box.keyPair.fromSecretKey(bytes(keys.device_box_private_key));
  const gatewayBox = nacl.box.keyPair.fromSecretKey(bytes(keys.gateway_box_private_key));
  const made = { device, gateway, device_box: deviceBox, gateway_box: gatewayBox };
  for (const [name, pair] of Object.entries(made)) {
    yield [`${name} key`, () => assert.equal(hex(pair.publicKey), keys[`${name}_public_key`])];
  }
  yield ["trust key", () => assert.equal(wire.base64(gateway.publicKey), told.trust_key)];
  const { patient, bucket, device: id, topics } = told.bucket;
  yield ["bucket", () => assert.equal(wire.bucketOf(patient), bucket)];
  yield ["topics", () => assert.deepEqual(wire.topicsOf(bucket, id), topics)];
  yield* frames(told.device_frames, device.publicKey, device);
  yield* frames(told.gateway_frames, gateway.publicKey, gateway);
  for (const { message } of Object.values(told.device_frames)) {
    yield ["well formed", () => parsed(message)];
  }
  yield* sealing(told.sealed, deviceBox, gatewayBox);
  for (const { request, signed_text } of told.enrolment) {
    const { proof, ...wanted } = request;
    yield ["enrolment text", () => assert.equal(wire.enrolmentText(wanted), signed_text)];
    const { proof: made } = wire.enrolmentRequest(wanted, device.secretKey);
    yield ["enrolment", () => assert.equal(made, proof)];
  }
  const { acks, boot, asked, covered } = told.coverage;
  const named = JSON.parse(told.gateway_frames[acks].message);
  const safe = asked.filter((seq) => wire.covers(named, boot, seq));
  yield ["coverage", () => assert.deepEqual(safe, covered)];
  for (const text of told.malformed) {
    yield [`malformed ${text}`, () => assert.throws(() => parsed(text))];
  }
}

function* sealing(told, device, gateway) {
  const shared = nacl.box.before(gateway.publicKey, device.secretKey);
  const theirs = nacl.box.before(device.publicKey, gateway.secretKey);
  const [inner, nonce] = [bytes(told.signed_frame), bytes(told.nonce)];
  yield ["shared key", () => assert.equal(hex(shared), told.shared_key)];
  yield ["sealed", () => assert.equal(hex(wire.sealed(inner, nonce, shared)), told.frame)];
  const found = wire.unsealed(bytes(told.frame), theirs);
  yield ["unsealed", () => assert.equal(hex(found), told.signed_frame)];
}

export function checkVectors(file, tell) {
  let checked = 0;
  const failed = [];
  for (const [name, check] of checks(JSON.parse(readFileSync(file, "utf8")))) {
    checked += 1;
    try {
      check();
    } catch (error) {
      failed.push(`${name}: ${error.message}`);
    }
  }
  tell("vectors", { checked, failed });
  process.exitCode = failed.length ? 1 : 0;
}
