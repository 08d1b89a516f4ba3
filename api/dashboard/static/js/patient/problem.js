// The one problem of a patient: the open alert with its reasons; and what was before, or came late.
import { alertCard, keepingPlace, lateLine } from "../alerts/alert_card.js";
import { $, trouble } from "../base/dom.js";
import { all, get } from "../base/http.js";
import { update } from "../base/patch.js";
import { steady } from "../base/steady.js";
import { byDanger, dangers, isOpen } from "../words/dangers.js";

const PAST_SHOWN = 30;

// `person()` is the patient's record as far as it is known, for the name and the numbers; `named` is told of whom the
// alerts are, who may be known by them alone.
export function problem(id, person, named) {
  let known = [];
  let late = [];
  let loaded = false;
  async function loadAlerts() {
    try {
      const [alerts, historic] = await Promise.all([all("/alerts", { patient: id }, 200), get("/alerts", { patient: id, state: "historic", limit: 50 })]);
      known = alerts.filter((alert) => alert.patient === id);
      if (known.length) named(known[0]);
      late = historic.items;
      loaded = true;
      alertsSoon();
    } catch (refusal) { $("no-open").hidden = true; trouble($("open"), refusal); }
  }
  function answered(now) {
    known = known.map((alert) => (alert.id === now.id ? now : alert));
    draw();
  }
  const draw = () => keepingPlace(() => {
    if (!loaded) return; // not yet calm
    const make = (alerts, key) => alertCard(alerts, { link: false, person: person() ?? undefined, onDone: answered, redraw: draw, key });
    const open = known.filter(isOpen).sort(byDanger(dangers(known)));
    const past = known.filter((alert) => !isOpen(alert)).sort((a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at));
    update($("open"), open.length ? make(open, id) : null);
    $("no-open").hidden = open.length > 0;
    update($("past"), past.slice(0, PAST_SHOWN).map((alert) => make([alert], alert.id)));
    $("past-part").hidden = past.length === 0;
    $("past-count").textContent = `${past.length}`;
    update($("late"), late.map(lateLine));
    $("no-past").hidden = past.length + late.length > 0;
    $("late-part").hidden = late.length === 0;
    $("late-count").textContent = `${late.length}`;
  });
  const alertsSoon = steady(draw);
  return { loadAlerts, alertsSoon };
}
