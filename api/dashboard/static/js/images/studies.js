// The list of studies, the newest first, each with a small picture; priors can stand beside what is open.
import { civilDay } from "../base/clock.js";
import { empty, h } from "../base/dom.js";
import { listed, t, tn } from "../base/language.js";
import { text } from "./tags.js";

const UNITS = ["B", "kB", "MB", "GB"];
/** @param {number} bytes @returns {string} */
export function size(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step > 1 ? 1 : 0)} ${UNITS[step]}`;
}
const held = (study) => listed([tn("{n} series", "{n} series", study.series), tn("{n} picture", "{n} pictures", study.instances), size(study.bytes)]);

// A small picture of the middle of the first series; without one the place stays dark.
async function thumbnail(image, root) {
  try {
    const ask = async (path) => (await fetch(`${root}/${path}`, { credentials: "same-origin" })).json();
    const series = text((await ask("series"))[0], "series");
    const instances = await ask(`series/${series}/instances`);
    const middle = text(instances[Math.floor(instances.length / 2)], "instance");
    image.src = `${root}/series/${series}/instances/${middle}/rendered?viewport=96,96`;
  } catch { image.hidden = true; }
}
/** @param {HTMLElement} list @param {any[]} studies @param {string} root @param {(study: any, beside?: boolean) => void} look @param {(study: any, name: string) => any} more what else can be done with one */
export function drawStudies(list, studies, root, look, more = () => null) {
  list.replaceChildren(...studies.map((study) => {
    const image = h("img", { alt: "", loading: "lazy", width: 72, height: 72 });
    thumbnail(image, `${root}/${study.uid}`);
    const kind = study.modalities.join(", ") || t("Study");
    const name = study.taken_on ? t("{kind} of {day}", { kind, day: study.taken_on }) : kind;
    return h("li", { class: "study", "data-study": study.uid }, image,
      h("div", {}, h("b", {}, name), h("div", {}, study.description || ""),
        h("div", { class: "small soft" }, t("{held}; added {day} by {name}", { held: held(study), day: civilDay(study.added_at), name: study.added_by_name }))),
      h("div", { class: "group" },
        h("button", { type: "button", "aria-label": t("Open {name}", { name }), onclick: () => look(study) }, t("Open")),
        h("button", { type: "button", "aria-label": t("{name} beside what is open", { name }), onclick: () => look(study, true) }, t("Beside")), more(study, name)));
  }));
  if (!studies.length) list.append(h("li", {}, empty(t("No images."), document.body.dataset.role === "patient" ? t("A doctor of the ward can show them to you here.") : t("What is added here stays with the patient’s record."))));
}
