// The bytes of the device protocol, from docs/device-protocol.md alone; no I/O and no clock.
import { createHash } from "node:crypto";
import nacl from "tweetnacl";

const SIGNED = 1;
const SEALED = 2;
const utf8 = new TextEncoder();

export const base64 = (bytes) => Buffer.from(bytes).toString("base64");
export const fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));
const sha256 = (text) => createHash("sha256").update(text, "utf8").digest();

const joined = (kind, ...parts) => new Uint8Array(Buffer.concat([Buffer.of(kind), ...parts]));

export const signed = (text, secretKey) =>
  joined(SIGNED, nacl.sign(utf8.encode(text), secretKey));

export const sealed = (frame, nonce, sharedKey) =>
  joined(SEALED, nonce, nacl.box.after(frame, nonce, sharedKey));

// The text of a signed frame, or null if it is none by any of the trusted keys.
export function opened(frame, publicKeys) {
  if (frame.length <= 1 + nacl.sign.signatureLength || frame[0] !== SIGNED) return null;
  for (const key of publicKeys) {
    const message = nacl.sign.open(frame.subarray(1), key);
    if (message) return new TextDecoder("utf-8", { fatal: true }).decode(message);
  }
  return null;
}

export function unsealed(frame, sharedKey) {
  if (frame[0] !== SEALED) return null;
  return nacl.box.open.after(frame.subarray(25), frame.subarray(1, 25), sharedKey);
}

export const bucketOf = (patient) => sha256(patient).toString("hex").slice(0, 2);

export function topicsOf(bucket, device) {
  const names = ["vitals", "status", "commands", "receipts", "acks"];
  return Object.fromEntries(names.map((name) => [name, `homeward/v1/${bucket}/${device}/${name}`]));
}

export function enrolmentText({ token, public_key, box_public_key, csr }) {
  const hash = csr ? sha256(csr).toString("hex") : "";
  return ["homeward-enrol/1", token, public_key, box_public_key ?? "", hash].join("\n");
}

export function enrolmentRequest(wanted, secretKey) {
  const proof = nacl.sign.detached(utf8.encode(enrolmentText(wanted)), secretKey);
  return { ...wanted, proof: base64(proof) };
}

// Whether acks say that a frame is safe; only then may a device forget it.
export function covers(acks, boot, seq) {
  const told = acks.boots.find((one) => one.boot === boot);
  if (!told) return false;
  return (
    seq <= told.upto ||
    told.also.some(([first, last]) => first <= seq && seq <= last) ||
    told.refused.some(([number]) => number === seq)
  );
}

export function highestSeq(acks, boot) {
  const told = acks.boots.find((one) => one.boot === boot);
  if (!told) return 0;
  const also = told.also.map(([, last]) => last);
  return Math.max(told.upto, ...also, ...told.refused.map(([number]) => number));
}
