// Keeps the rows that stand on the panel as they are now: the stream says which have changed, these alone are
// asked for, and the rank is asked for anew when somebody may have changed their place.
import { get } from "../base/http.js";
import { bandOf } from "../words/vitals.js";

const BATCH_MS = 250;
const PATH = "/api/v1/alerts/stream";

// The stream's address for the rows that are shown, as of when they were drawn.
/** @param {{ patient: string }[]} items @param {string | undefined} at */
export function streamOf(items, at) {
  const said = new URLSearchParams({ heartbeats: "event" });
  for (const { patient } of items) said.append("row", patient);
  if (at) said.set("drawn", at);
  return `${PATH}?${said}`;
}
/** @param {{ patient: string }[]} items */
const setOf = (items) => items.map((row) => row.patient).sort().join();

// `state.items` are the rows; `drawn()` draws them; `rank()` asks for everything anew.
export function liveRows({ state, drawn, rank }) {
  const wanted = new Set();
  let timer = 0;
  let watched = "";
  async function patch() {
    timer = 0;
    const ids = [...wanted].filter((id) => state.items.some((row) => row.patient === id));
    wanted.clear();
    if (!ids.length) return;
    try {
      const { items } = await get("/panel", { patient: ids, limit: ids.length });
      const found = new Map(items.map((row) => [row.patient, row]));
      let moved = found.size < ids.length;
      const came = performance.now();
      state.items = state.items.map((row) => {
        const now = found.get(row.patient);
        if (!now) return row;
        moved ||= bandOf(now) !== bandOf(row);
        return { ...now, came };
      });
      drawn();
      if (moved) rank();
    } catch { rank(); }
  }
  return {
    // These rows have something new to say.
    changed(ids) {
      for (const id of ids) if (id) wanted.add(id);
      if (!timer && wanted.size) timer = setTimeout(patch, BATCH_MS);
    },
    // Watches the rows that stand now on the line, which goes on without a gap.
    follow(line) {
      const now = setOf(state.items);
      if (now === watched) return;
      watched = now;
      line.move(streamOf(state.items, state.at));
    },
  };
}
