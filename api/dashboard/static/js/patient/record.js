// The tab “Record”: the person, whether they are watched, team and account, for who manages the ward.
import { tried } from "../base/dialog.js";
import { $ } from "../base/dom.js";
import { enableForms, fillPerson, offerLanguages, offerZones, readPerson } from "./form.js";
import { change, held, hold, onHeld } from "./held.js";
import { accounts, team, teamForm } from "./team.js";
import { watching } from "./watching.js";

export async function showRecord(id) {
  const form = $("person");
  if (!form) return;
  form.addEventListener("submit", (event) => { event.preventDefault(); tried($("person-told"), "Saved.", () => change(readPerson(form)), form); });
  teamForm($("team-form"));
  if (!held()) await hold(id);
  onHeld(watching);
  fillPerson(form, held());
  offerZones();
  offerLanguages();
  await Promise.all([team(), accounts()]);
  enableForms($("part-record"));
}
