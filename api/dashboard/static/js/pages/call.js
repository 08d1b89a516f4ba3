// A consultation: the waiting room, the call with the patient's values beside it, writing, and the signed summary.
// It goes on after a reload or a cut line, for as long as the room is open.
import { clockText, wardNow } from "../base/clock.js";
import { confirmDialog, tried } from "../base/dialog.js";
import { $, h, say, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { update } from "../base/patch.js";
import { AlertStream } from "../base/stream.js";
import { lineState, watch } from "../base/vigil.js";
import { vitalsBeside } from "../consult/beside.js";
import { ownMedia, stopMedia } from "../consult/media.js";
import { peer } from "../consult/peer.js";
import { record } from "../consult/record.js";
import { signedPart } from "../consult/signed.js";
import { thread, writing } from "../messages/thread.js";
import { called } from "../words/people.js";
import { t } from "../base/language.js";

const REFRESH_MS = 15000;
const id = $("room").dataset.consultation;
const asPatient = document.body.dataset.role === "patient";
const path = `/consultations/${id}`;
let one = null, seat = null;
let room = null;
let own = { stream: new MediaStream(), level: "text" };
let line = null, met = { state: "alone", level: "video", theirs: new MediaStream() };
let talk = null, notes = null;
const other = () => (asPatient ? one.doctor_name : one.name ?? t("The patient"));
const seatHeader = () => ({ "Homeward-Seat": seat?.token ?? "" });
const meeting = peer({ offers: !asPatient, ice: () => seat?.ice_servers ?? [], shown: (now) => { met = now; draw(); },
  send: (pair, kind, data) => post(`${path}/signals`, { pair, kind, data }, seatHeader()) });
function words() {
  if (!one) return t("Loading…");
  if (one.state === "cancelled") return t("This consultation was cancelled.");
  if (one.state === "missed") return t("This consultation did not take place.");
  if (one.state === "ended") return one.signed_at ? t("This consultation is over.") : asPatient ? t("This consultation is over. The summary is being written.") : t("The call is over. The summary is not signed yet.");
  if (wardNow() < Date.parse(one.opens_at)) return t("The waiting room opens at {time}.", { time: clockText(Date.parse(one.opens_at)) });
  if (!seat) return asPatient ? t("You are not in the waiting room yet.") : one.waiting_at ? t("{name} waits since {time}.", { name: other(), time: clockText(Date.parse(one.waiting_at)) }) : t("{name} is not in the waiting room yet.", { name: other() });
  if (!room) return t("Connecting.");
  if (!room.admitted) return asPatient ? t("You are in the waiting room. {name} lets you in.", { name: other() }) : room.patient ? t("{name} is in the waiting room.", { name: other() }) : t("{name} is not in the waiting room yet.", { name: other() });
  if (!room.pair) return t("{name} is not there. It goes on as soon as they are back.", { name: other() });
  return { connected: met.level === "voice" ? t("Connected, by voice alone.") : t("Connected."), connecting: t("Connecting."), lost: t("The line is weak. It is being tried again."), written: t("The line carries no voice: go on in writing, below."), gone: t("{name} has left.", { name: other() }), alone: t("Connecting.") }[met.state] ?? t("Connecting.");
}
const pressed = (button, on) => button.setAttribute("aria-pressed", String(on));
let told = "";
function draw() {
  const now = words();
  if (now !== told) { $("state").textContent = now; if (told) say(now); told = now; }
  const open = one?.state === "booked" && wardNow() >= Date.parse(one.opens_at);
  $("sit").hidden = !open || Boolean(seat);
  $("sit").textContent = asPatient ? t("Go into the waiting room") : t("Sit down");
  $("admit").hidden = asPatient || !seat || !room || room.admitted || !room.patient;
  $("mute").hidden = !seat || own.level === "text";
  $("camera").hidden = !seat || own.level !== "video";
  $("again").hidden = !seat || !(met.state === "written" || (met.state === "connected" && met.level !== "video" && own.level === "video")) || !room?.pair;
  $("leave").hidden = !seat;
  $("end").hidden = asPatient || !one?.mine || one.state !== "booked" || !one.admitted_at;
  const picture = met.state === "connected" && met.theirs.getVideoTracks().some((track) => !track.muted) && met.level === "video";
  $("pictures").hidden = !seat || (own.level !== "video" && !met.theirs.getTracks().length);
  if ($("theirs").srcObject !== met.theirs) $("theirs").srcObject = met.theirs;
  $("theirs").classList.toggle("blank", !picture);
  $("no-picture").hidden = picture || met.state !== "connected";
  $("no-picture").textContent = t("{name} sends no picture.", { name: other_or() });
  $("own").hidden = own.level !== "video";
}
const other_or = () => (one ? other() : "");
function onRoom(name, said) {
  if (name === "room") { room = said; meeting.meet(said.pair); draw(); if (said.state !== "booked") load(); } else if (name === "signal") meeting.hear(said); else if (name === "over") { goOut(); load(); }
}
async function goIn() {
  const asked = await ownMedia(one.wish);
  stopMedia(own.stream);
  own = asked;
  $("own").srcObject = own.stream;
  await meeting.use(own.stream, one.wish);
  await takeSeat();
  line = new AlertStream({ url: `/api/v1${path}/room`, headers: seatHeader, refused: takeAgain, onEvent: onRoom, onState: (state) => { if (state !== "live") { $("wrong").textContent = t("The line to the ward is cut. It is being tried again."); } else $("wrong").textContent = ""; } });
  line.run();
  sessionStorage.setItem(`homeward.call.${id}`, "in");
  draw();
}
async function takeSeat() { seat = await post(`${path}/join`); }
// The seat has ended meanwhile: take it anew, from the beginning.
async function takeAgain(status) { if (status === 403) { try { await takeSeat(); line.lastId = null; } catch { goOut(); await load(); } } }
function goOut() {
  line?.stop();
  meeting.close();
  stopMedia(own.stream);
  [seat, room, line, own, met] = [null, null, null, { stream: new MediaStream(), level: "text" }, { state: "alone", level: "video", theirs: new MediaStream() }];
  sessionStorage.removeItem(`homeward.call.${id}`);
  draw();
}
async function leave() { await post(`${path}/leave`, {}, seatHeader()).catch(() => { /* the seat ends by itself */ }); goOut(); }
async function load() {
  try {
    one = await get(path);
    $("whom").textContent = asPatient ? t("Consultation with {name}", { name: one.doctor_name }) : called(one);
    $("when").textContent = t("{start} to {end}", { start: clockText(Date.parse(one.start)), end: clockText(Date.parse(one.end)) });
    if (!talk) { talk = thread({ patient: one.patient, asPatient }); writing(() => talk); await talk.load(); }
    if (asPatient) { $("signed-part").hidden = !one.signed_at; update($("signed"), signedPart(one)); } else if (one.mine) { notes ??= record({ id, signed: (now) => { one = now; notes.show(now); goOut(); } }); notes.show(one); } else $("record").hidden = true;
    draw();
  } catch (problem) { if (one?.signed_at) return; trouble($("state"), problem); }
}
$("sit").addEventListener("click", async () => { await tried($("wrong"), "", goIn); });
$("admit").addEventListener("click", async () => { await tried($("wrong"), "", () => post(`${path}/admit`)); await load(); });
$("leave").addEventListener("click", leave);
$("end").addEventListener("click", () => confirmDialog({ title: t("End the consultation?"), act: t("End it"), about: called(one), parts: [h("p", {}, t("The call ends for both. The summary can be written and signed afterwards."))], send: async () => { await post(`${path}/end`); goOut(); await load(); } }));
$("mute").addEventListener("click", () => { for (const track of own.stream.getAudioTracks()) { track.enabled = !track.enabled; pressed($("mute"), !track.enabled); } });
$("camera").addEventListener("click", () => { for (const track of own.stream.getVideoTracks()) { track.enabled = !track.enabled; pressed($("camera"), !track.enabled); } });
$("again").addEventListener("click", () => meeting.again(one.wish));
addEventListener("care", () => { talk?.load(); load(); });
addEventListener("pagehide", () => stopMedia(own.stream));
await watch();
await load();
setInterval(load, REFRESH_MS);
setInterval(draw, 1000);
if (one && !asPatient) vitalsBeside($("beside"), one.patient);
if (asPatient) new AlertStream({ onEvent: () => {}, onState: (state) => lineState(state) }).run();
// Who was in the room before the page was loaded again, goes back in.
if (one?.state === "booked" && sessionStorage.getItem(`homeward.call.${id}`)) await tried($("wrong"), "", goIn);
