// What the doctor writes of a consultation: kept as it is typed, until it is signed.
import { tried } from "../base/dialog.js";
import { $ } from "../base/dom.js";
import { post, put } from "../base/http.js";
import { update } from "../base/patch.js";
import { signedPart } from "./signed.js";
import { t } from "../base/language.js";

const KEEP_MS = 1500;

/** @param {{ id: string, signed: (one: any) => void }} asked */
export function record({ id, signed }) {
  let timer = 0;
  let begun = false;
  const said = () => ({ notes: $("notes").value.trim() || null, summary: $("summary").value.trim(), follow_up: $("follow-up").value.split("\n").map((line) => line.trim()).filter(Boolean) });
  const keep = () => tried($("kept"), t("Kept."), () => put(`/consultations/${id}/record`, said()));
  $("record").addEventListener("input", () => { begun = true; $("kept").textContent = ""; clearTimeout(timer); timer = setTimeout(keep, KEEP_MS); });
  $("record").addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    await tried($("kept"), t("Signed."), async () => signed(await post(`/consultations/${id}/sign`, said())), $("record"));
  });
  return {
    show(one) {
      $("record").hidden = Boolean(one.signed_at);
      update($("signed"), signedPart(one));
      if (begun) return; // what is being typed stays
      $("notes").value = one.notes ?? "";
      $("summary").value = one.summary ?? "";
      $("follow-up").value = one.follow_up.join("\n");
    },
  };
}
