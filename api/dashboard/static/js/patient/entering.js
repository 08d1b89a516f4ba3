// Sends what a person measured; what is in doubt is shown to them first, with the patient's name.
import { confirmDialog } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { post } from "../base/http.js";
import { GLUCOSE_UNIT } from "../base/language.js";
import { t } from "../base/language.js";

// Blood sugar is known in two units, so its number never goes alone: what is kept on a phone is the same reading
// in whatever language it is sent.
const measured = (name, value) => (name === "glucose" ? { value, unit: GLUCOSE_UNIT } : value);
// Reads the filled-in fields of a form as one sample of this moment; null where nothing is.
export function sampleOf(form, names, now) {
  const said = new FormData(form);
  const filled = names.filter((name) => said.get(name));
  return filled.length ? { t: new Date(now).toISOString(), ...Object.fromEntries(filled.map((name) => [name, measured(name, Number(said.get(name)))])) } : null;
}
// Saves the sample; resolves once it is saved, also after the question. `labels` gives a field's words;
// `send` is another way to send it, for a line that may not be there.
export async function enterSample(path, sample, { whose, labels, saved, send = post }) {
  try {
    await send(path, { samples: [sample], confirmed: false });
    saved();
  } catch (problem) {
    if (!problem.type?.endsWith("doubtful")) throw problem;
    const doubt = (one) => { const name = one.field.split(".").pop(); return h("li", {}, h("b", {}, `${labels(name)} ${sample[name].value ?? sample[name]} ${sample[name].unit ?? ""}`.trim()), " ", t("{why}.", { why: one.message })); };
    confirmDialog({ title: t("Is this right for {whose}?", { whose }), act: t("Save as it is"), parts: [h("ul", {}, problem.errors.map(doubt)), h("p", {}, t("If you can, measure again first."))],
      send: async () => { await send(path, { samples: [sample], confirmed: true }); saved(); } });
  }
}
