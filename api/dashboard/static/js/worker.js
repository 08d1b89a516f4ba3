// The service worker: shows what a push service brings, says that it has come, and opens its alert.
// The text holds no name and no value; those stand on the page, for whoever is signed in there.
const worker = /** @type {any} */ (self);
worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("push", (event) => {
  let notice;
  try { notice = event.data.json(); } catch { notice = { title: "Homeward", body: "Open Homeward.", url: "/" }; }
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
