// Watches the watchers: the clock, the alert engine, the line to this page and the rota. Whatever
// is wrong is said in one loud banner, with what to do, because a quiet page must mean a quiet ward.
import { setClock, secondsText, wardNow } from "./clock.js";
import { $, h, shape } from "./dom.js";
import { dial } from "./phone.js";
import { page } from "./http.js";
import { tick } from "./moments.js";
import { update } from "./patch.js";
import { steady } from "./steady.js";
import { waiting } from "./waiting.js";
import { t, woven } from "./language.js";

const POLL_MS = 4000;
const TOLD = {
  line: [t("This page is NOT being updated."), t("Alerts may be missing. Do not rely on it: phone the coordinator, and check the network.")],
  server: [t("The ward server does not answer."), t("What you see is old. Phone the coordinator, and work from the last printed handover list.")],
  engine: [t("The alert engine is NOT running."), t("No new alert will be raised. Watch the readings by hand and tell the technical service now.")],
  gateway: [t("Readings are NOT being taken in."), t("The gateway does not answer. Devices keep their readings; nothing new arrives until it is back.")],
  signed: [t("You are signed out."), t("This page is not updated. What you typed is still here: sign in again in another window, then send it.")],
  shift: [t("NOBODY is on shift."), t("No clinician receives alerts. Coordinators: add a shift on the capacity board, or use the out-of-hours route.")],
};
// A patient is told what concerns them, in their words, and not the ward's own troubles.
const TOLD_PATIENTS = { server: [t("This page is not up to date."), t("If you feel unwell, call the ward. In an emergency call the emergency number.")] };
const told = document.body.dataset.role === "patient" ? TOLD_PATIENTS : document.body.dataset.role === "auditor" ? { server: TOLD.server, signed: TOLD.signed } : TOLD;
const wrong = new Map(); // name -> ward time since
/** @type {{ phone: string | null, out_of_hours: { name: string, phone: string } | null }} */
let ring = { phone: null, out_of_hours: null }; // known from before the line was lost
let streamed = false;

export function set(name, isWrong) {
  if (isWrong && !wrong.has(name)) wrong.set(name, wardNow());
  else if (!isWrong && !wrong.delete(name)) return;
  pulse();
  drawSoon();
}

function draw() {
  const banner = $("banner");
  if (!banner) return;
  const names = [...wrong.keys()].filter((name) => name in told && !(name === "line" && wrong.has("server")));
  banner.hidden = names.length === 0;
  document.body.classList.toggle("alarmed", names.length > 0);
  document.body.classList.toggle("lost", wrong.has("line") || wrong.has("server"));
  const items = names.map((name) => h("li", { "data-key": name, "data-wrong": name }, shape("high"),
    h("div", {}, h("strong", {}, told[name][0]), told[name][1], whomToRing(name), " ", t("Noticed here at {time}.", { time: secondsText(wrong.get(name)) }))));
  update(banner, h("ul", {}, items));
  pulse();
}

// The ward's number, and where nobody is on shift the out-of-hours contact's.
function whomToRing(name) {
  const out = name === "shift" && ring.out_of_hours;
  return [out && [` ${out.name}: `, dial(out.phone), "."], ring.phone && [" ", woven("Ring the ward: {phone}.", { phone: dial(ring.phone) })]];
}

const drawSoon = steady(draw);
addEventListener("signedout", () => set("signed", true));

function pulse() {
  const node = $("pulse");
  if (!node) return;
  const lost = wrong.has("line") || wrong.has("server");
  node.dataset.state = lost ? "lost" : "live";
  node.textContent = lost ? t("Not live") : streamed ? t("Live") : t("Connected");
}

async function poll() {
  const asked = performance.now();
  try {
    const status = await page("/ui/status");
    setClock(status.now, status.rate, status.zone);
    ring = { phone: status.phone, out_of_hours: status.out_of_hours };
    set("server", false);
    set("signed", false);
    set("engine", !status.engine);
    set("gateway", !status.gateway);
    set("shift", status.on_shift === 0);
    document.body.dataset.onShift = status.on_shift;
    waiting(status.handovers);
  } catch (problem) {
    if (problem.status !== 401) set("server", true);
  }
  setTimeout(poll, Math.max(1000, POLL_MS - (performance.now() - asked)));
}

// The first draw waits for the clock, so that no age is ever counted by this computer's own.
export async function watch() {
  await Promise.race([poll(), new Promise((done) => setTimeout(done, 3000))]);
  tick();
  drawSoon();
  document.querySelector("nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  setInterval(tick, 1000);
}
export function lineState(state) {
  streamed = true;
  set("line", state !== "live");
  pulse();
}
