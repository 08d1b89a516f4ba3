// DICOM attributes as JSON (PS3.18 F): a tag, and under it its values. Pure.

/** @typedef {Record<string, { Value?: any[] }>} Attributes */

export const TAGS = {
  modality: "00080060", seriesText: "0008103E", frames: "00280008", instance: "00080018", series: "0020000E", number: "00200013",
  samples: "00280002", photometric: "00280004", planar: "00280006", rows: "00280010", columns: "00280011", spacing: "00280030",
  allocated: "00280100", stored: "00280101", signed: "00280103", center: "00281050", width: "00281051", intercept: "00281052", slope: "00281053",
  detectorSpacing: "00181164", seriesNumber: "00200011", pixels: "7FE00010",
};
/** @param {Attributes} found @param {keyof typeof TAGS} name @returns {any[]} */
export const values = (found, name) => found[TAGS[name]]?.Value ?? [];
/** @param {Attributes} found @param {keyof typeof TAGS} name @returns {string} */
export const text = (found, name) => String(values(found, name)[0] ?? "");
/** @param {Attributes} found @param {keyof typeof TAGS} name @returns {number} */
export const number = (found, name, absent = NaN) => (values(found, name).length ? Number(values(found, name)[0]) : absent);

// Row and column spacing in mm; [NaN, NaN]: not known, so that nothing is measured in mm.
/** @param {Attributes} found @returns {[number, number]} */
export function spacing(found) {
  const told = values(found, "spacing").length ? values(found, "spacing") : values(found, "detectorSpacing");
  return [Number(told[0] ?? NaN), Number(told[1] ?? told[0] ?? NaN)];
}
// The images of a series in the order in which they are leafed through: instance by instance, frame by frame.
/** @param {Attributes[]} metadata @returns {{ attributes: Attributes, frame: number }[]} */
export function stack(metadata) {
  const ordered = [...metadata].sort((a, b) => number(a, "number", 0) - number(b, "number", 0));
  return ordered.filter((one) => values(one, "rows").length).flatMap((attributes) => Array.from({ length: number(attributes, "frames", 1) || 1 }, (_, at) => ({ attributes, frame: at + 1 })));
}
