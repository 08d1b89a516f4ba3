// The call of a case: every two browsers meet by themselves; of each two the seat that comes first offers.
import { $, h } from "../base/dom.js";
import { post } from "../base/http.js";
import { AlertStream } from "../base/stream.js";
import { ownMedia, stopMedia } from "../consult/media.js";
import { peer } from "../consult/peer.js";

const SAID = { connected: "connected", connecting: "connecting", lost: "the line is weak, trying again", written: "no line: write in the discussion", gone: "has left", alone: "connecting" };

/** @param {{ path: string, over: () => void }} asked */
export function mesh({ path, over }) {
  let seat = /** @type {any} */ (null);
  let line = /** @type {AlertStream | null} */ (null);
  let own = { stream: new MediaStream(), level: "text" };
  /** @type {Map<string, any>} */
  const others = new Map();
  const seatHeader = () => ({ "Homeward-Seat": seat?.token ?? "" });

  function tile(name) {
    const video = /** @type {HTMLVideoElement} */ (h("video", { autoplay: true, playsinline: true, "aria-label": name }));
    const state = h("span", { class: "soft" }, "connecting");
    return { video, state, figure: h("figure", { class: "tile" }, video, h("figcaption", {}, h("b", {}, name), " ", state)) };
  }
  async function meet(one) {
    const place = tile(one.name);
    const made = peer({
      offers: seat.seat < one.seat, ice: () => seat?.ice_servers ?? [],
      send: (pair, kind, data) => post(`${path}/signals`, { to: one.seat, kind, data }, seatHeader()),
      shown: (now) => {
        if (place.video.srcObject !== now.theirs) place.video.srcObject = now.theirs;
        place.state.textContent = now.state === "connected" && now.level === "voice" ? "connected, by voice" : SAID[now.state] ?? "connecting";
        place.figure.dataset.state = now.state;
      },
    });
    others.set(one.seat, { made, place });
    $("tiles").append(place.figure);
    await made.use(own.stream, own.level === "text" ? "voice" : own.level);
    made.meet(one.seat);
  }
  function part(key) {
    const { made, place } = others.get(key);
    made.close();
    place.figure.remove();
    others.delete(key);
  }
  async function onRoom(name, said) {
    if (name === "over") { out(); over(); return; }
    if (name === "signal") { others.get(said.from)?.made.hear({ pair: said.from, kind: said.kind, data: said.data }); return; }
    if (name !== "room" || !seat) return;
    const there = said.seats.filter((one) => one.seat !== seat.seat);
    for (const key of [...others.keys()]) if (!there.some((one) => one.seat === key)) part(key);
    for (const one of there) if (!others.has(one.seat)) await meet(one);
    draw();
  }
  let queue = Promise.resolve();
  function draw() {
    for (const name of ["mute", "leave"]) $(name).hidden = !seat;
    $("camera").hidden = !seat || own.level !== "video";
    $("sit").hidden = Boolean(seat);
    const now = !seat ? "" : others.size ? `In the call with ${[...others.values()].map((one) => one.place.video.getAttribute("aria-label")).join(", ")}.` : "You are the first in the call.";
    if ($("call-state").textContent !== now) $("call-state").textContent = now;
  }
  async function takeSeat() { seat = await post(`${path}/join`); }
  async function inside() {
    own = await ownMedia("video");
    await takeSeat();
    const mine = tile("Myself");
    mine.state.textContent = own.level === "video" ? "" : own.level === "voice" ? "voice alone" : "listening";
    mine.video.muted = true;
    mine.video.srcObject = own.stream;
    mine.figure.classList.add("own");
    $("tiles").replaceChildren(mine.figure);
    line = new AlertStream({ url: `/api/v1${path}/room`, headers: seatHeader, onState: (state) => { $("wrong").textContent = state === "live" ? "" : "The line to the ward is cut. It is being tried again."; },
      onEvent: (name, said) => { queue = queue.then(() => onRoom(name, said)); },
      refused: async (status) => { if (status === 404) { out(); over(); } else if (status === 403) { for (const key of [...others.keys()]) part(key); await takeSeat().then(() => { line && (line.lastId = null); }, out); } } });
    line.run();
    draw();
  }
  function out() {
    line?.stop();
    for (const key of [...others.keys()]) part(key);
    stopMedia(own.stream);
    [seat, line, own] = [null, null, { stream: new MediaStream(), level: "text" }];
    $("tiles").replaceChildren();
    $("wrong").textContent = "";
    draw();
  }
  const toggle = (name, tracks) => $(name).addEventListener("click", () => { for (const track of tracks()) { track.enabled = !track.enabled; $(name).setAttribute("aria-pressed", String(!track.enabled)); } });
  toggle("mute", () => own.stream.getAudioTracks());
  toggle("camera", () => own.stream.getVideoTracks());
  $("leave").addEventListener("click", async () => { const header = seatHeader(); out(); await post(`${path}/leave`, {}, header).catch(() => { /* the seat ends by itself */ }); });
  addEventListener("pagehide", () => stopMedia(own.stream));
  return { inside, out };
}
