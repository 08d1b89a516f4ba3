// Frames are signed once, kept, and sent until the gateway says, signed, that they are safe.
import nacl from "tweetnacl";
import { base64, covers, fromBase64, highestSeq, sealed, signed } from "./wire.mjs";

const WINDOW = 100;
const FIRST_RESEND_MS = 300_000;
const LAST_RESEND_MS = 3_600_000;
const ROOM = 10_000;

const conflicts = (acks, { boot, seq }) =>
  acks.boots.some(
    (one) => one.boot === boot && one.refused.some(([n, why]) => n === seq && why === "conflict"),
  );

export class Spool {
  constructor(memory) {
    this.memory = memory;
    this.sent = new Map(); // "boot/seq" to when it is due again, on this connection
    this.fresh = new Set(); // "boot/seq" signed since this start
    this.meet();
  }

  // Take up the keys of the latest enrolment.
  meet() {
    const { keys, enrolled } = this.memory;
    this.signKey = fromBase64(keys.sign);
    const theirs = fromBase64(enrolled.gateway.box_public_key);
    this.shared = nacl.box.before(theirs, fromBase64(keys.box));
  }

  // Sign the next frame; `topic` is the name of one of the device's topics. Saves.
  add(topic, type, body) {
    const memory = this.memory;
    memory.seq += 1;
    const { boot, seq } = memory;
    const message = { type, device: memory.enrolled.device, boot, seq, ...body };
    const frame = base64(signed(JSON.stringify(message), this.signKey));
    memory.spool.push({ boot, seq, topic, frame });
    this.fresh.add(`${boot}/${seq}`);
    while (memory.spool.length > ROOM) {
      memory.spool.shift();
      memory.dropped += 1;
    }
    memory.save();
    return seq;
  }

  // Forget what is covered, and begin a new boot where the gateway knows more than we do.
  heed(acks) {
    const memory = this.memory;
    const newest = Math.max(-1, ...acks.boots.map((one) => one.boot));
    const { boot, seq } = memory;
    const behind = boot === null || newest > boot || highestSeq(acks, boot) > seq;
    const taken = memory.spool.filter((one) => conflicts(acks, one) || (behind && this.mine(acks, one)));
    const again = this.contents(taken);
    if (behind || taken.length) this.newBoot(newest);
    const before = memory.spool.length;
    memory.spool = memory.spool.filter((one) => !covers(acks, one.boot, one.seq));
    const covered = before - memory.spool.length;
    const left = new Set(memory.spool.map((one) => `${one.boot}/${one.seq}`));
    for (const name of this.sent.keys()) left.has(name) || this.sent.delete(name);
    for (const name of this.fresh) left.has(name) || this.fresh.delete(name);
    for (const content of again) this.add(...content);
    if (covered) memory.save();
    return covered;
  }

  // Whether a frame that a device signed since it was rolled back has another frame's number.
  mine(acks, { boot, seq }) {
    return this.fresh.has(`${boot}/${seq}`) && covers(acks, boot, seq);
  }

  // What was signed under numbers that had been other frames', except what the time was.
  contents(frames) {
    const all = frames.map(({ topic, frame }) => {
      const message = JSON.parse(new TextDecoder().decode(fromBase64(frame).subarray(65)));
      const { type, device, boot, seq, ...body } = message;
      return [topic, type, body];
    });
    return all.filter(([, type]) => type !== "clock/1");
  }

  state() {
    const { boot, seq, spool } = this.memory;
    return { boot, seq, spooled: spool.length };
  }

  newBoot(known = 0) {
    this.memory.boot = 1 + Math.max(this.memory.boot ?? 0, known);
    this.memory.seq = 0;
    this.memory.save();
  }

  // What may be sent now, oldest first: [topic, bytes] as published.
  due(now, seal) {
    const ready = [];
    for (const one of this.memory.spool) {
      const name = `${one.boot}/${one.seq}`;
      const last = this.sent.get(name);
      if (last ? last.again > now : this.sent.size >= WINDOW) continue;
      const wait = last ? Math.min(2 * last.wait, LAST_RESEND_MS) : FIRST_RESEND_MS;
      this.sent.set(name, { again: now + wait, wait });
      ready.push([one.topic, this.dressed(one, seal)]);
    }
    return ready;
  }

  // Every other frame goes sealed, if the device seals at all: both kinds are to be heard.
  dressed(one, seal) {
    const frame = fromBase64(one.frame);
    if (!seal || one.seq % 2 === 0) return frame;
    return sealed(frame, nacl.randomBytes(nacl.box.nonceLength), this.shared);
  }
}
