// What a device keeps over restarts: one file, replaced in one step before anything is sent.
import * as fs from "node:fs";
import { join } from "node:path";

const BLANK = {
  api: null, // where enrolments are posted
  request: null, // the enrolment that waits for its answer, with the keys it is for
  enrolled: null, // the answer
  keys: null,
  boot: null,
  seq: 0,
  spool: [], // {boot, seq, topic, frame} in the order of signing
  dropped: 0,
  obeyed: [],
  trusted: [],
};

export class Memory {
  constructor(folder) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.path = join(folder, "device.json");
    const found = fs.existsSync(this.path) ? JSON.parse(fs.readFileSync(this.path, "utf8")) : {};
    Object.assign(this, structuredClone(BLANK), found);
  }

  save() {
    const kept = Object.fromEntries(Object.keys(BLANK).map((name) => [name, this[name]]));
    const fresh = `${this.path}.new`;
    const file = fs.openSync(fresh, "w", 0o600);
    fs.writeSync(file, JSON.stringify(kept));
    fs.fsyncSync(file);
    fs.closeSync(file);
    fs.renameSync(fresh, this.path);
  }
}
