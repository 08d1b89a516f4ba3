// Commands to a device: measure now, show a message, measure more often, set the clock.
import { formDialog, field, options } from "../base/dialog.js";
import { $$, h, say } from "../base/dom.js";
import { post } from "../base/http.js";
import { metricName } from "../words/metrics.js";
import { UNITS, SCHEDULED } from "./device_schedule.js";

const COMMANDS = {
  measure: ["Measure now", () => [metricField()], (said) => ({ metric: said.get("metric") })],
  message: ["Show a message or advice", () => [field("text", "Text", h("textarea", { rows: 3, maxlength: 2000, required: true }), "the patient reads it on the device and on their own page")], (said) => ({ text: said.get("text").trim() })],
  interval: ["Measure every …", () => [metricField(), h("div", { class: "inline-form" }, field("seconds", "Every", h("input", { type: "number", min: 1, max: 86400, value: 5, required: true })), field("unit", "Unit", h("select", {}, options(UNITS, "60"))))], (said) => ({ metric: said.get("metric"), seconds: Number(said.get("seconds")) * Number(said.get("unit")) })],
  clock: ["Set the clock", () => [h("p", { class: "small soft" }, "The device takes over the ward's time.")], () => ({})],
};
const metricField = () => field("metric", "What", h("select", {}, options(SCHEDULED.map((one) => [one, metricName(one)]))));

// `about` says whom it concerns; `load()` shows the device as it is after.
export function command(device, { about, load }) {
  const kind = h("select", {}, options(Object.entries(COMMANDS).map(([name, [text]]) => [name, text])));
  const rest = h("div", {});
  const redraw = () => rest.replaceChildren(...COMMANDS[kind.value][1]());
  kind.addEventListener("change", redraw);
  redraw();
  formDialog({ title: `Command to ${about}`, act: "Send", about: about, parts: [field("command", "Command", kind), rest,
    field("hours", "Give up after", h("select", {}, options([["1", "1 hour"], ["6", "6 hours"], ["24", "1 day"], ["168", "7 days"]], "24")), "if the device is not reached")],
    send: async (said) => {
      await post(`/devices/${device.id}/commands`, { command: kind.value, args: COMMANDS[kind.value][2](said), expires_in_s: Number(said.get("hours")) * 3600 });
      say("Command queued");
      await load();
      const box = $$(`[data-device="${device.id}"] details`)[0];
      if (box?.open) box.dispatchEvent(new Event("toggle"));
      else if (box) box.open = true;
    } });
}
