// Log-in without losing what was typed: the one-time code is asked for only when it is needed.
const form = document.querySelector("form");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(/** @type {any} */ (new FormData(form))), credentials: "same-origin" });
    if (response.redirected || response.ok) { location.assign(response.url); return; }
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of ["told", "otp-part"]) {
      const fresh = answer.getElementById(id);
      const old = document.getElementById(id);
      if (fresh && old && fresh.outerHTML !== old.outerHTML) old.replaceWith(document.importNode(fresh, true));
    }
    (document.getElementById("otp") ?? document.getElementById("password")).focus();
  } catch { document.getElementById("told").textContent = "The ward server does not answer. Check the network and try again."; }
  button.disabled = false;
});
