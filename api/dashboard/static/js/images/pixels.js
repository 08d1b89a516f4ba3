// One frame as the archive sends it: the only part of a multipart answer, its pixels uncompressed. Pure.
import { number, text } from "./tags.js";

const NEW_LINE = 10, RETURN = 13, DASH = 45;

// The body of the first part: after the first blank line, up to the boundary that ends it.
/** @param {Uint8Array} whole @param {string} kind the answer's Content-Type @returns {Uint8Array} */
export function onlyPart(whole, kind) {
  const boundary = /boundary="?([^";]+)"?/.exec(kind)?.[1];
  if (!boundary) return whole;
  let start = 0;
  while (start < whole.length - 3 && !(whole[start] === RETURN && whole[start + 1] === NEW_LINE && whole[start + 2] === RETURN && whole[start + 3] === NEW_LINE)) start += 1;
  const mark = new TextEncoder().encode(`\r\n--${boundary}`);
  let end = whole.length - mark.length;
  while (end > start && !(whole[end] === RETURN && whole[end + 2] === DASH && mark.every((byte, at) => whole[end + at] === byte))) end -= 1;
  return whole.slice(start + 4, end > start ? end : whole.length);
}
// The numbers in a frame, as its attributes say that they are written (little endian).
/** @param {Uint8Array} bytes @param {import("./tags.js").Attributes} found */
export function pixels(bytes, found) {
  const even = bytes.slice(0, bytes.length - (bytes.length % Math.max(1, number(found, "allocated", 8) / 8)));
  if (number(found, "allocated", 8) <= 8) return even;
  if (number(found, "allocated") === 32) return number(found, "signed", 0) ? new Int32Array(even.buffer) : new Uint32Array(even.buffer);
  return number(found, "signed", 0) ? new Int16Array(even.buffer) : new Uint16Array(even.buffer);
}
// A colour image as pixel by pixel red, green, blue and opaque: what lies in planes is brought together.
/** @param {Uint8Array} bytes @param {import("./tags.js").Attributes} found @returns {Uint8ClampedArray} */
export function coloured(bytes, found) {
  const count = number(found, "rows") * number(found, "columns");
  const [step, next] = number(found, "planar", 0) ? [1, count] : [3, 1];
  const luminance = text(found, "photometric").startsWith("YBR_FULL");
  const out = new Uint8ClampedArray(count * 4);
  for (let at = 0; at < count; at += 1) {
    const [a, b, c] = [bytes[at * step], bytes[at * step + next], bytes[at * step + 2 * next]];
    out.set(luminance ? fromLuminance(a, b - 128, c - 128) : [a, b, c, 255], at * 4);
  }
  return out;
}
// PS3.3 C.7.6.3.1.2: YBR_FULL.
const fromLuminance = (y, cb, cr) => [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb, 255];
/** @param {ArrayLike<number>} data @returns {[number, number]} */
export function range(data) {
  let low = Infinity, high = -Infinity;
  for (let at = 0; at < data.length; at += 1) { if (data[at] < low) low = data[at]; if (data[at] > high) high = data[at]; }
  return [low, high];
}
