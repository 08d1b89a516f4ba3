// The code with which a device enrols: to scan, to copy, and in words for who makes the device.
import { clockText, dayText, zoneText } from "../base/clock.js";
import { copyable } from "../base/dialog.js";
import { h } from "../base/dom.js";

// The server draws the code; it is read as a picture and nothing else.
function drawn(text) {
  const made = new DOMParser().parseFromString(text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"'), "image/svg+xml").documentElement;
  return h("div", { class: "qr", role: "img", "aria-label": "QR code to enrol with" }, document.importNode(made, true));
}
const untilText = (text) => `${dayText(Date.parse(text))} ${clockText(Date.parse(text))} ${zoneText()}`;

export function codeParts(made) {
  return [
    h("p", {}, h("b", {}, "This code is shown once."), " Scan it with the device, or type it in, now; or hand it over on paper or by phone, not by e-mail. Whoever has it can enrol a device for this patient."),
    h("div", { class: "enrol" }, drawn(made.qr), h("div", {},
      h("p", { class: "small soft" }, "One-time code"), copyable(made.enrolment_token, "One-time code"),
      h("p", { class: "small soft" }, "Address to enrol at"), copyable(made.enrol_at, "Address to enrol at"),
      h("p", { class: "small soft" }, `Device ${made.device}. Good for one enrolment, for 24 hours (until ${untilText(made.expires_at)}). If it is lost, ask for a new one; this one ends then.`))),
    h("details", {}, h("summary", {}, "For who makes the device: how it enrols"), h("ol", { class: "small" },
      h("li", {}, "Make an Ed25519 key pair that never leaves the device (and a TLS key with a certificate request)."),
      h("li", {}, "Sign the one-time code together with the public key: the proof that the key is yours."),
      h("li", {}, "Post code, key and proof as JSON to the address above. The answer names the broker, the device's topics and the gateway's keys."),
      h("li", {}, "Publish each reading as a frame that is signed with the key and numbered, and keep it until the gateway says that it is stored.")),
      h("p", { class: "small" }, "All of it, with test vectors: ", h("a", { href: "/device-protocol.md", target: "_blank", rel: "noopener" }, "the device protocol"), " (docs/device-protocol.md). A reference device in Python is in the folder device_sim/device.")),
  ];
}
