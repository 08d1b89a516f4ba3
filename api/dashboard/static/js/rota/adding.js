// Adding a shift, or somebody to the rota. A shift that overlaps another is joined with it on request.
import { wardNow } from "../base/clock.js";
import { answers, confirmDialog } from "../base/dialog.js";
import { $, h } from "../base/dom.js";
import { post } from "../base/http.js";

export function adding({ told, doctorName }) {
  $("shift-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const said = answers(event.target);
    const start = wardNow() + Number(said.get("starts")) * 3600000;
    const body = { doctor_id: said.get("doctor"), start: new Date(start).toISOString(), end: new Date(start + Number(said.get("hours")) * 3600000).toISOString() };
    const add = (more) => told($("shift-told"), () => post("/shifts", { ...body, ...more }), "Shift added. A new plan follows by itself.");
    const join = (problem) => confirmDialog({ title: `${doctorName(body.doctor_id)} is on the rota then already`, act: "Make one shift of both", parts: [h("p", {}, problem.message)], send: () => add({ merge: true }) });
    add({}).then((problem) => { if (problem?.type === "shift_overlaps") join(problem); });
  });
  $("doctor-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const said = answers(event.target);
    const skills = said.get("skills").split(",").map((skill) => skill.trim()).filter(Boolean);
    told($("doctor-told"), async () => { await post("/doctors", { name: said.get("name"), kind: said.get("kind"), skills, phone: said.get("phone").trim() || null }); event.target.reset(); }, "Added.");
  });
}
