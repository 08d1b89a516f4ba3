// Makes a link that lets somebody in, and shows it this once.
import { copyable, field, formDialog, noticeDialog, options } from "../base/dialog.js";
import { h } from "../base/dom.js";
import { post } from "../base/http.js";

const HOURS = [["1", "an hour"], ["24", "a day"], ["72", "3 days"], ["168", "a week"]];

// `choose` makes further fields, `to` the address and body from what was said; or `path` and `body` stand.
export function makeLink({ title, path = "", body = {}, about, factor = false, fields = [], to = null, after = null }) {
  formDialog({ title, act: "Make the link", parts: [h("p", {}, about), fields,
    field("hours", "Works for", h("select", {}, options(HOURS, factor ? "24" : "72"))),
    factor && h("label", { class: "choice" }, h("input", { type: "checkbox", name: "second_factor" }), "The phone is lost as well: take the second factor away")],
    send: async (said) => {
      const asked = to ? to(said) : { path, body };
      const more = { hours: Number(said.get("hours")), ...(factor ? { second_factor: said.get("second_factor") !== null } : {}) };
      const made = await post(asked.path, { ...asked.body, ...more });
      noticeDialog({ title: "The link", act: "Done", keep: true, parts: [
        h("p", {}, "It is shown this once. Send it, or read it out; it works once."),
        copyable(`${location.origin}${made.path}`, "Link")] });
      if (after) await after();
    } });
}
