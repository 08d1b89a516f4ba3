// The probability of diabetes, from the record and what is typed beside it. Nothing of it is stored.
import { bar, h, trouble } from "../base/dom.js";
import { post } from "../base/http.js";

const percent = (share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const NUMBERS = { age: ["a"], sbp: ["mm[Hg]", "kPa"], glucose: ["mg/dL", "mmol/L"], cholesterol: ["mg/dL", "mmol/L"], hdl: ["mg/dL", "mmol/L"], bmi: ["kg/m2"] };
const LABELS = { age: "Age", sex: "Sex", sbp: "Systolic pressure", glucose: "Glucose", cholesterol: "Cholesterol", hdl: "HDL cholesterol", bmi: "Body mass index" };

function field(name, units) {
  const id = `disease-${name}`;
  const unit = units.length > 1 ? h("select", { name: `${name}-unit`, "aria-label": `Unit of ${LABELS[name]}` }, units.map((one) => h("option", {}, one))) : h("span", { class: "hint" }, units[0] === "a" ? "years" : units[0]);
  return h("div", { class: "field" }, h("label", { for: id }, LABELS[name]), h("input", { id, name, type: "number", step: "any", min: "0" }), unit);
}
export function asked(form) {
  const given = { disease: "diabetes" };
  for (const [name, units] of Object.entries(NUMBERS)) {
    const value = form.elements.namedItem(name).value;
    if (value !== "") given[name] = { value: Number(value), unit: form.elements.namedItem(`${name}-unit`)?.value ?? units[0] };
  }
  return given;
}
function told(answer) {
  const used = Object.entries(answer.used).map(([name, one]) => `${LABELS[name]} ${name === "sex" ? (one.value ? "male" : "female") : one.value} (${one.source})`);
  return [
    h("p", {}, bar(answer.probability, answer.outcome), " ", h("b", {}, percent(answer.probability)), ` ${answer.outcome}, 95 % ${percent(answer.ci95[0])} to ${percent(answer.ci95[1])}`),
    answer.drivers.length ? h("ul", {}, answer.drivers.map((one) => h("li", {}, `${one.what}, ${one.direction}`))) : null,
    h("p", { class: "small" }, used.length ? `From: ${used.join(", ")}.` : "Nothing is known.", answer.missing.length ? ` Missing: ${answer.missing.map((name) => LABELS[name].toLowerCase()).join(", ")}; the interval is wider for it.` : ""),
    h("p", { class: "small soft" }, answer.caution, " Model ", h("code", {}, answer.model), "."),
  ].filter(Boolean);
}
export function diseaseRisk(where, patient) {
  const out = h("output", {});
  const form = /** @type {HTMLFormElement} */ (h("form", { class: "inline-form", "aria-label": "Probability of diabetes" }, Object.entries(NUMBERS).map(([name, units]) => field(name, units)), h("button", { type: "submit" }, "Tell the probability")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      out.replaceChildren(...told(await post(`/patients/${patient}/disease-risk`, asked(form))));
    } catch (problem) { trouble(out, problem, "Look at the values and their units."); }
  });
  where.replaceChildren(h("p", { class: "small soft" }, "What is left empty is taken from the record, or counts as not known."), form, out);
}
