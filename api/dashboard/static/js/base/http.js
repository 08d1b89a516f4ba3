// The JSON API, asked as the person who is signed in. Errors are RFC 9457 problem details.
import { SIGNED_OUT, signedOut } from "./unsaved.js";
import { t } from "./language.js";

const API = "/api/v1";
const PATIENCE_MS = 12000; // a server that hangs must not look like one that works

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail || body?.title || t("The server answered {status}.", { status }));
    this.status = status;
    this.type = body?.type ?? "about:blank";
    this.errors = body?.errors ?? [];
    this.send = body?.send ?? [];
    this.fields = (body?.errors ?? (body?.field ? [body] : [])).map((one) => one.field ?? "");
  }
}

function query(params = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") search.append(name, one);
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}

async function ask(url, options = {}) {
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS), ...options });
  if (response.status === 401) {
    signedOut();
    throw new Problem(401, { title: SIGNED_OUT });
  }
  const text = await response.text();
  let body = null;
  try { body = text ? JSON.parse(text) : null; } catch { body = { title: text.slice(0, 200) }; }
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

export const get = (path, params) => ask(`${API}${path}${query(params)}`);
export const page = (path, params) => ask(`${path}${query(params)}`);

function send(method, path, body, headers = {}) {
  return ask(`${API}${path}`, { method, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body ?? {}) });
}
export const remove = (path) => ask(`${API}${path}`, { method: "DELETE" });
export const post = (path, body, headers) => send("POST", path, body, headers);
export const put = (path, body) => send("PUT", path, body);
export const patch = (path, body) => send("PATCH", path, body);

// Follows the cursor of a list to its end, or to `most` items; `cut` says that there are more.
export async function all(path, params = {}, most = 5000) {
  const items = [];
  let cursor = null;
  do {
    const part = await get(path, { limit: 500, ...params, cursor });
    items.push(...part.items);
    cursor = part.next;
  } while (cursor && items.length < most);
  return Object.assign(items, { cut: Boolean(cursor) });
}
