// What was answered to questionnaires, by the person or in a call; and asking one now, in one's own name. A
// structured call enters consciousness and oxygen as readings, so that the score becomes whole.
import { formDialog, field, opens, options } from "../base/dialog.js";
import { $, h, mark, say, trouble } from "../base/dom.js";
import { get, post } from "../base/http.js";
import { moment } from "../base/moments.js";
import { update } from "../base/patch.js";
import { answersOf, branch } from "../mine/questionnaires.js";
import { whose } from "./held.js";

const SHOWN = 20;
let titles = {};

function line(one) {
  const score = one.score === null ? "" : ` ${one.score}${one.most === null ? "" : ` of ${one.most}`}`;
  return h("li", { "data-key": one.id }, one.priority && [mark(one.priority), " "], moment(one.given_at), " ", h("b", {}, `${titles[one.questionnaire]?.title ?? one.questionnaire}${score}`),
    h("span", { class: "soft" }, one.by_staff ? `, asked by ${one.given_by_name ?? "the staff"}` : ", answered by the patient"),
    one.reasons.map((reason) => h("div", {}, reason.words, h("span", { class: "soft small" }, ` (rule: ${reason.source})`))),
    one.said.length > 0 && h("details", {}, h("summary", {}, "Answers"), h("ul", {}, one.said.map(({ question, answer }) => h("li", {}, question, " ", h("b", {}, answer))))));
}
async function load(id) {
  try {
    const [{ items: known }, { items }] = await Promise.all([get("/questionnaires"), get(`/patients/${id}/questionnaires`, { limit: SHOWN })]);
    titles = Object.fromEntries(known.map((form) => [form.name, form]));
    $("no-answers").hidden = items.length > 0;
    update($("answers"), items.map(line));
  } catch (problem) { trouble($("answers"), problem); }
}
const question = (one) => h("fieldset", { "data-link": one.link, "data-after": one.after, "data-least": one.least === null ? null : `${one.least}`, hidden: one.after !== null, disabled: one.after !== null },
  h("legend", {}, one.asked), h("div", { class: Object.keys(one.options).length > 6 ? "scale" : "" }, Object.entries(one.options).map(([value, words]) => h("label", { class: "choice" }, h("input", { type: "radio", name: `ask-${one.link}`, value, required: !one.optional }), ` ${words}`))));

function ask(id) {
  const kind = h("select", {}, options(Object.values(titles).map((form) => [form.name, form.title]), "structured_call"));
  const rest = h("div", {});
  const draw = () => rest.replaceChildren(...titles[kind.value].items.map(question));
  const dialog = formDialog({ title: "Ask now", act: "Save the answers", about: whose(), wide: true, parts: [field("form", "Questionnaire", kind), rest],
    send: async (_said, form) => {
      await post(`/patients/${id}/questionnaires/${kind.value}`, { answers: answersOf(form) });
      say("Saved");
      await load(id);
    } });
  const form = dialog.querySelector("form");
  form.addEventListener("change", () => branch(form));
  kind.addEventListener("change", draw);
  draw();
}
export function patientAnswers(id) {
  opens("ask-now", () => ask(id));
  return load(id);
}
