// The service worker: keeps the patient's page for when there is no line, shows what a push service brings, says that it has come, and opens its alert.
// The text holds no name and no value; those stand on the page, for whoever is signed in there.
const worker = /** @type {any} */ (self);
worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

// The patient's page opens without a line, to enter what is sent later. Its frame and the scripts hold no
// readings; what the server answers is never kept. Whoever logs out takes the frame with the name along.
const SHELL = "homeward-mine-1";
const ofThePage = ({ pathname }) => pathname === "/mine" || pathname.startsWith("/static/");
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  if (url.pathname === "/logout") { event.waitUntil(worker.caches.delete(SHELL)); return; }
  if (request.method !== "GET") return;
  if (ofThePage(url)) event.respondWith(fresh(request, url));
  else if (url.pathname === "/" && request.mode === "navigate") event.respondWith(fetch(request).catch(() => kept("/mine")));
});
async function kept(path) {
  return (await (await worker.caches.open(SHELL)).match(path)) ?? Response.error();
}
// What the server gives goes first; only where it gives nothing does the kept one stand in.
async function fresh(request, url) {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) (await worker.caches.open(SHELL)).put(url.pathname, answer.clone());
    return answer;
  } catch { return kept(url.pathname); }
}

worker.addEventListener("push", (event) => {
  let notice;
  try { notice = event.data.json(); } catch { notice = { title: "Homeward", body: "", url: "/" }; }
  event.waitUntil(Promise.all([shown(notice), received(notice)]));
});
// The same notice sent twice replaces itself; each new one makes itself heard.
function shown(notice) {
  return worker.registration.showNotification(notice.title, {
    body: notice.body, tag: notice.id ?? "homeward", renotify: true, requireInteraction: true,
    icon: "/static/icon.svg", data: { url: notice.url },
  });
}
async function received({ id, receipt }) {
  if (!id || !receipt) return;
  try {
    await fetch("/api/v1/notices/delivered", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id, receipt }) });
  } catch { /* the call stands; only its receipt is lost */ }
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened(event.notification.data?.url ?? "/"));
});
async function opened(path) {
  const url = new URL(path, worker.location.origin);
  if (url.origin !== worker.location.origin) return;
  for (const page of await worker.clients.matchAll({ type: "window" })) {
    if ("navigate" in page) {
      try { await page.navigate(url.href); await page.focus(); return; } catch { /* it cannot be led there: a new one */ }
    }
  }
  await worker.clients.openWindow(url.href);
}
