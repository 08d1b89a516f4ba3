// How one is called away from the page: one's own channels, in the order in which they are tried.
import { get, post, put, remove } from "../base/http.js";
import { $, h, trouble } from "../base/dom.js";
import { confirmDialog, field, formDialog, tried } from "../base/dialog.js";
import { moment } from "../base/moments.js";
import { t, woven } from "../base/language.js";

const NAMES = { push: t("This page on a telephone or computer"), email: t("E-mail"), sms: t("Text message"), chat: t("Chat") };
const HINTS = {
  email: [t("E-mail address"), "name@example.org"], sms: [t("Telephone number"), "+44 7700 900123"],
  chat: [t("Address of the chat service, as Apprise writes it"), "slack://…, tgram://…"],
};
const LOOK_MS = 1500;
const LOOKS = 20;
let known = { items: [], kinds: [] };

export async function showChannels() {
  try {
    known = await get("/me/channels");
    draw();
  } catch (problem) { trouble($("channels"), problem, t("Reload the page to try again.")); }
}
function draw() {
  const { items, kinds } = known;
  $("channels").replaceChildren(
    items.length ? h("ol", { class: "channels" }, items.map(line)) : h("p", { class: "caution" }, h("strong", {}, t("You are called on this page alone.")), " ", t("Whoever does not look at it is not reached. Add a channel and test it.")),
    h("div", { class: "row-end" }, Object.keys(NAMES).filter((kind) => kinds.includes(kind)).map((kind) => h("button", { type: "button", onclick: () => (kind === "push" ? addPush() : addByAddress(kind)) }, t("Add: {name}…", { name: NAMES[kind] })))));
}
function line(channel, at) {
  const name = channel.label || NAMES[channel.kind];
  return h("li", { "data-channel": channel.id },
    h("p", {}, h("b", {}, name), channel.label && ` (${NAMES[channel.kind]})`, `: ${channel.address}`, " ", state(channel),
      channel.quiet && h("span", { class: "small soft" }, " ", t("Low priority waits from {from} to {until} ({zone}).", { from: channel.quiet.from.slice(0, 5), until: channel.quiet.until.slice(0, 5), zone: known.time_zone }))),
    h("div", { class: "actions" },
      h("button", { type: "button", "aria-label": t("Send a test: {name}", { name }), onclick: () => test(channel) }, t("Send a test")),
      at > 0 && h("button", { type: "button", "aria-label": t("Try earlier: {name}", { name }), onclick: () => earlier(at) }, t("Try earlier")),
      h("button", { type: "button", "aria-label": t("Quiet hours: {name}", { name }), onclick: () => quietHours(channel) }, t("Quiet hours…")),
      h("button", { type: "button", class: "quiet", "aria-label": t("Remove: {name}", { name }), onclick: () => drop(channel, name) }, t("Remove…"))));
}
function state(channel) {
  const { last } = channel;
  if (last?.state === "waiting") return h("span", { class: "soft" }, t("being sent…"));
  if (channel.works === false) return h("span", { class: "wrong" }, t("does not work: {why}", { why: channel.failure }));
  if (!last) return h("span", { class: "soft" }, t("not tested yet"));
  if (last.opened_at) return h("span", {}, woven("works; opened {when}", { when: moment(last.opened_at) }));
  if (last.delivered_at) return h("span", {}, woven("works; shown {when}", { when: moment(last.delivered_at) }));
  return h("span", {}, woven("handed over {when}", { when: moment(last.sent_at ?? last.called_at) }));
}

const told = () => $("channels-told");
async function add(body) {
  const made = await post("/me/channels", body);
  await showChannels();
  await test(made);
}
function addByAddress(kind) {
  const [label, example] = HINTS[kind];
  const inputs = { email: { type: "email" }, sms: { type: "tel" }, chat: { type: "text", autocomplete: "off", spellcheck: "false" } };
  formDialog({
    title: t("Add: {name}", { name: NAMES[kind] }), act: t("Add and send a test"),
    parts: [field("address", label, h("input", { ...inputs[kind], required: true, maxlength: 2000 }), t("for example {example}", { example })),
      field("label", t("Name"), h("input", { maxlength: 100 }), t("if you have several"))],
    send: (said) => add({ kind, address: said.get("address"), label: said.get("label") }),
  });
}
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}
async function addPush() {
  await tried(told(), t("This browser is called from now on. A test is on its way."), async () => {
    if (!("serviceWorker" in navigator && "PushManager" in window)) throw new Error(t("This browser cannot be called. On an iPhone or iPad, add Homeward to the home screen first, and open it from there."));
    if (await Notification.requestPermission() !== "granted") throw new Error(t("The browser does not allow notices from Homeward. Allow them in its settings for this site."));
    const worker = await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(known.push_key) });
    await add({ kind: "push", address: subscription.toJSON(), label: "" });
  });
}
async function test(channel) {
  await tried(told(), t("A test is on its way."), () => post(`/me/channels/${channel.id}/test`));
  for (let look = 0; look < LOOKS; look += 1) {
    await showChannels();
    const now = known.items.find((one) => one.id === channel.id);
    if (now?.last?.state !== "waiting") break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
// What is left out of a channel stays as it is, but for its quiet hours.
const kept = ({ id, quiet }) => ({ id, quiet });
const set = (items) => put("/me/channels", { items: items.map(kept) });
async function earlier(at) {
  const items = [...known.items];
  items.splice(at - 1, 2, items[at], items[at - 1]);
  if (await tried(told(), t("The order is changed."), () => set(items))) await showChannels();
}
function quietHours(channel) {
  const time = (value) => h("input", { type: "time", value: value?.slice(0, 5) ?? "" });
  formDialog({
    title: t("Quiet hours"), act: t("Save"), about: channel.label || NAMES[channel.kind],
    parts: [h("p", {}, t("Alerts of low priority wait until these hours are over. High and medium ones never wait.")),
      field("from", t("From"), time(channel.quiet?.from), known.time_zone), field("until", t("To"), time(channel.quiet?.until), t("leave both empty for none"))],
    send: async (said) => {
      const [from, until] = [said.get("from"), said.get("until")];
      const quiet = from && until ? { from, until } : null;
      await set(known.items.map((one) => (one.id === channel.id ? { ...one, quiet } : one)));
      await showChannels();
    },
  });
}
function drop(channel, name) {
  confirmDialog({ title: t("Remove {name}?", { name }), act: t("Remove"), parts: [h("p", {}, t("You are not called by it any more."))], send: async () => { await remove(`/me/channels/${channel.id}`); await showChannels(); } });
}
