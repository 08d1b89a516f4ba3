// The cards that stand on the feed, each kept for as long as it has the same to say.
import { patch } from "../base/patch.js";
import { overdue } from "../words/dangers.js";
import { alertCard } from "./alert_card.js";
import { askedOf } from "./answers.js";
import { linesOf } from "./card_lines.js";
import { people } from "./people.js";

const cards = new Map();

// A card is made anew only when it has something else to say; the node that stands takes it over.
export function card(part, alerts, { keep, draw }) {
  const key = `${part}:${alerts[0].patient ?? alerts[0].id}`;
  const person = people.get(alerts[0].patient);
  const said = JSON.stringify([alerts, askedOf(alerts), alerts.map(overdue), person?.news2, person?.doctor, person?.vitals, linesOf(alerts[0].patient)]);
  const known = cards.get(key);
  if (known?.said === said) return known.node;
  const made = alertCard(alerts, { person, onDone: keep, redraw: draw });
  if (known) patch(known.node, made);
  const node = known?.node ?? made;
  cards.set(key, { node, said });
  return node;
}
// A page that stays open for weeks keeps no more than it shows.
export function forgetCards() {
  for (const [key, { node }] of cards) if (!node.isConnected) cards.delete(key);
}
