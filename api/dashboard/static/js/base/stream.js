// The alert stream (Server-Sent Events), read by hand rather than with EventSource: that one cannot
// be asked when it last heard a byte, nor how it failed, and a dead line looks like a quiet ward to it.
import { signedOut } from "./unsaved.js";

const DEAF_MS = 12500; // two heartbeats missed: the line is dead, whatever TCP says
const LONGEST_WAIT_MS = 10000;

// `onEvent(name, alert)` gets what is said; `onState(state, why)` whether the line is live.
export class AlertStream {
  /** @param {{ url?: string, onEvent: (name: string, alert: any) => void, onState: (state: string, why?: string) => void, deafMs?: number, headers?: () => Record<string, string>, refused?: (status: number) => any }} asked */
  constructor({ url = "/api/v1/alerts/stream?heartbeats=event", onEvent, onState, deafMs = DEAF_MS, headers = () => ({}), refused = () => {} }) {
    this.url = url;
    this.headers = headers;
    this.refused = refused;
    this.onEvent = onEvent;
    this.onState = onState;
    this.deafMs = deafMs;
    this.lastId = null;
    this.heard = performance.now();
    this.failures = 0;
    this.stopped = false;
    this.moving = false;
    this.line = null;
    addEventListener("pagehide", () => this.stop());
    addEventListener("online", () => this.wake?.());
  }

  // Goes on at another address of the same stream, from the last id heard: nothing is lost, nor said to be.
  move(url) {
    if (url === this.url) return;
    this.url = url;
    this.moving = this.line !== null;
    this.line?.abort();
  }
  stop() { this.stopped = true; this.line?.abort(); }

  async run() {
    const guard = setInterval(() => this.checkDeaf(), 2000);
    while (!this.stopped) {
      try { await this.connect(); } catch (error) {
        if (this.stopped) break;
        if (this.moving) { this.moving = false; continue; }
        this.failures += 1;
        this.onState("lost", error.message);
      }
      if (this.stopped) break;
      const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(this.failures, 5)) * (0.7 + Math.random() * 0.6);
      await new Promise((/** @type {(none?: any) => void} */ done) => { this.wake = done; setTimeout(done, wait); });
    }
    clearInterval(guard);
  }

  checkDeaf() {
    if (performance.now() - this.heard > this.deafMs) this.line?.abort(new Error("nothing heard"));
  }

  async connect() {
    this.line = new AbortController();
    const headers = { Accept: "text/event-stream", ...this.headers() };
    if (this.lastId !== null) headers["Last-Event-ID"] = this.lastId;
    const response = await fetch(this.url, { headers, credentials: "same-origin", cache: "no-store", signal: this.line.signal });
    if (response.status === 401) { signedOut(); throw new Error("signed out"); }
    if (!response.ok) await this.refused(response.status);
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    this.failures = 0;
    this.heard = performance.now();
    this.onState("live", "");
    await this.read(response.body.pipeThrough(new TextDecoderStream()).getReader());
    throw new Error("the connection was closed");
  }

  async read(reader) {
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      this.heard = performance.now();
      const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) this.take(block);
    }
  }

  take(block) {
    let name = "message";
    const data = [];
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      if (colon <= 0) continue;
      const value = line.slice(colon + 1).replace(/^ /, "");
      const field = line.slice(0, colon);
      if (field === "id") this.lastId = value;
      else if (field === "event") name = value;
      else if (field === "data") data.push(value);
    }
    const body = data.length ? JSON.parse(data.join("\n")) : null;
    if (name === "heartbeat") this.onState(body?.feed === "stale" ? "stale" : "live", "");
    else if (name === "care.changed") dispatchEvent(new CustomEvent("care", { detail: body.patients }));
    else if (name === "reset" || body) this.onEvent(name, body);
  }
}
