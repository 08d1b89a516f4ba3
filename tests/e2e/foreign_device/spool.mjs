// Frames are signed once, kept, and sent until the gateway says, signed, that they are safe.
import nacl from "tweetnacl";
import { base64, covers, fromBase64, highestSeq, sealed, signed } from "./wire.mjs";

const WINDOW = 100;
const FIRST_RESEND_MS = 300_000;
const LAST_RESEND_MS = 3_600_000;
const ROOM = 10_000;

export class Spool {
  constructor(memory) {
    this.memory = memory;
    this.sent = new Map(); // "boot/seq" to when it is due again, on this connection
    this.fresh = new Map(); // "boot/seq" to [topic, type, body], signed since this start
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
    this.fresh.set(`${boot}/${seq}`, [topic, type, body]);
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
    const again = [];
    if (boot === null || newest > boot || highestSeq(acks, boot) > seq) {
      again.push(...this.mistaken(acks));
      this.newBoot(newest);
    }
    const before = memory.spool.length;
    memory.spool = memory.spool.filter((one) => !covers(acks, one.boot, one.seq));
    const covered = before - memory.spool.length;
    const left = new Set(memory.spool.map((one) => `${one.boot}/${one.seq}`));
    for (const name of this.sent.keys()) left.has(name) || this.sent.delete(name);
    for (const name of this.fresh.keys()) left.has(name) || this.fresh.delete(name);
    for (const content of again) this.add(...content);
    if (covered) memory.save();
    return covered;
  }

  // What a device that was rolled back signed under numbers that had been other frames'.
  mistaken(acks) {
    const { spool } = this.memory;
    const numbers = spool.filter((one) => covers(acks, one.boot, one.seq));
    const names = numbers.map((one) => `${one.boot}/${one.seq}`);
    return names.flatMap((name) => (this.fresh.has(name) ? [this.fresh.get(name)] : []));
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
