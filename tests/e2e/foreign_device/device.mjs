// A home device that no one of Homeward wrote: JavaScript, TweetNaCl and docs/device-protocol.md.
//
//   node device.mjs --state DIR --api URL --token=TOKEN [--every 500] [--seal]   enrol, then run
//   node device.mjs --state DIR [--every 500] [--seal]                           run on
//   node device.mjs --vectors FILE                                               check the vectors
//
// It measures until SIGTERM and tells what it does in lines of JSON on its standard output.
import { parseArgs } from "node:util";
import { commands } from "./commands.mjs";
import { connected } from "./connection.mjs";
import { enrol } from "./enrolment.mjs";
import { Memory } from "./memory.mjs";
import { Spool } from "./spool.mjs";
import { checkVectors } from "./vectors.mjs";
import { fromBase64, opened } from "./wire.mjs";

const HOUR_MS = 3_600_000;
const RETAINED_MS = 2_000;

const tell = (event, more = {}) => process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);

class Device {
  constructor(memory, options) {
    this.memory = memory;
    this.options = options;
    this.spool = new Spool(memory);
    this.obey = commands(this, tell);
    this.echo = null; // of the last live acks of this boot
    this.open = false; // whether frames may flow on this connection
    this.waiting = null;
    this.early = [];
  }

  start() {
    const { topics } = this.memory.enrolled;
    this.client = connected(this.memory, this.heard.bind(this), () => this.greet(topics));
    this.client.on("close", () => (this.open = false));
    this.measuring = setInterval(() => this.measure(), Number(this.options.every));
    this.measure(); // at once: before it is connected
    setInterval(() => this.open && this.clock(), HOUR_MS);
    setInterval(() => this.flow(), 1_000);
  }

  async greet(topics) {
    this.spool.sent.clear();
    const settled = new Promise((resolve) => {
      this.waiting = resolve;
      setTimeout(resolve, RETAINED_MS);
    });
    await this.client.subscribeAsync([topics.acks, topics.commands], { qos: 1 });
    this.publish(topics.status, '{"online": true}', true);
    await settled;
    if (this.memory.boot === null) this.spool.newBoot();
    this.open = true;
    tell("connected", this.spool.state());
    this.clock();
    for (const message of this.early.splice(0)) this.obey(message);
  }

  heard(topic, payload, retained) {
    const { device, topics } = this.memory.enrolled;
    const text = opened(new Uint8Array(payload), this.memory.trusted.map(fromBase64));
    const message = text === null ? {} : JSON.parse(text);
    if (message.device !== device) return tell("ignored", { topic });
    if (topic === topics.acks && message.type === "acks/1") return this.acked(message, retained);
    const command = topic === topics.commands && message.type === "command/1";
    if (!command) return tell("ignored", { topic });
    return this.memory.boot === null ? this.early.push(message) : this.obey(message);
  }

  acked(acks, retained) {
    const now = Date.now();
    const boot = this.memory.boot;
    const covered = this.spool.heed(acks);
    if (this.memory.boot !== boot) this.echo = null;
    tell("acks", { covered, retained, spooled: this.memory.spool.length });
    this.waiting?.();
    if (!retained) {
      const first = this.echo === null;
      this.echo = { gateway: acks.time, heard: now };
      if (first && this.open) this.clock();
    }
    this.flow();
  }

  clock() {
    const spooled = this.memory.spool.length;
    const echo = this.echo ? { echo: this.echo } : {};
    this.send("vitals", "clock/1", { now: Date.now(), spooled, ...echo });
  }

  // A wearer at rest; the heart rate counts up so that no two readings are alike.
  measure(values = null) {
    if (this.memory.boot === null) return;
    const n = this.memory.seq % 40;
    const sample = { t: Date.now(), ...(values ?? { hr: 60 + n, spo2: 97.5, rr: 15, temp: 36.7 }) };
    const seq = this.send("vitals", "vitals/1", { samples: [sample] });
    tell("measured", { seq, sample });
    if (this.memory.dropped) this.confess();
  }

  confess() {
    const { dropped } = this.memory;
    this.memory.dropped = 0;
    this.send("vitals", "vitals/1", { dropped });
  }

  send(topic, type, body) {
    const seq = this.spool.add(topic, type, body);
    this.flow();
    return seq;
  }

  flow() {
    if (!this.open || !this.client.connected) return;
    const { topics } = this.memory.enrolled;
    for (const [name, bytes] of this.spool.due(Date.now(), this.options.seal)) {
      this.publish(topics[name], Buffer.from(bytes), false);
    }
  }

  publish(topic, payload, retain) {
    // PUBACK says nothing about the spool, and a cut connection is dealt with on the next one.
    this.client.publish(topic, payload, { qos: 1, retain }, () => {});
  }

  async rotate(token) {
    await enrol(this.memory, this.memory.api, token);
    this.spool.meet();
  }

  async stop() {
    clearInterval(this.measuring);
    if (this.client.connected) {
      const { topics } = this.memory.enrolled;
      await this.client.publishAsync(topics.status, '{"online": false}', { qos: 1, retain: true });
    }
    await this.client.endAsync(!this.client.connected);
    tell("stopped", this.spool.state());
    process.exit(0);
  }
}

async function main() {
  const text = { type: "string" };
  const { values: options } = parseArgs({
    options: {
      state: text, api: text, token: text, vectors: text,
      every: { type: "string", default: "500" },
      seal: { type: "boolean", default: false },
    },
  });
  if (options.vectors) return checkVectors(options.vectors, tell);
  const memory = new Memory(options.state);
  if (options.api) memory.api = options.api;
  const token = memory.request?.body.token ?? (memory.enrolled ? null : options.token);
  if (token) await enrol(memory, memory.api, token);
  tell("enrolled", { device: memory.enrolled.device });
  const device = new Device(memory, options);
  process.on("SIGTERM", () => device.stop());
  device.start();
}

await main();
