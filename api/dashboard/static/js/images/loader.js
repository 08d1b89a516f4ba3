// Gives Cornerstone its images: fetched frame by frame through the API, described by the archive's metadata.
import { Problem } from "../base/http.js";
import { imageLoader, metaData, utilities } from "../../vendor/cornerstone.js";
import { coloured, onlyPart, pixels, range } from "./pixels.js";
import { number, spacing, text, values } from "./tags.js";

const SCHEME = "homeward";
/** @type {Map<string, { attributes: import("./tags.js").Attributes, url: string }>} */
const known = new Map();

/** @param {string} root address of the series @param {{ attributes: import("./tags.js").Attributes, frame: number }[]} images @returns {string[]} */
export function announced(root, images) {
  return images.map(({ attributes, frame }) => {
    const url = `${root}/instances/${text(attributes, "instance")}/frames/${frame}`;
    known.set(`${SCHEME}:${url}`, { attributes, url });
    return `${SCHEME}:${url}`;
  });
}
async function fetched(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => null));
  return onlyPart(new Uint8Array(await answer.arrayBuffer()), answer.headers.get("content-type") ?? "");
}
// What a file says first of window and width; without any, all that is in the picture.
function windowOf(attributes, low, high) {
  const [center, width] = [number(attributes, "center"), number(attributes, "width")];
  if (width > 0) return [center, width];
  const [slope, intercept] = [number(attributes, "slope", 1), number(attributes, "intercept", 0)];
  return [((low + high) / 2) * slope + intercept, Math.max(1, (high - low) * slope)];
}
async function image(imageId) {
  const { attributes, url } = known.get(imageId);
  const bytes = await fetched(url);
  const color = number(attributes, "samples", 1) > 1;
  const data = color ? coloured(bytes, attributes) : pixels(bytes, attributes);
  const [low, high] = color ? [0, 255] : range(data);
  const [center, width] = color ? [128, 256] : windowOf(attributes, low, high);
  const [rows, columns] = [number(attributes, "rows"), number(attributes, "columns")];
  const [down, across] = spacing(attributes);
  const numberOfComponents = color ? 4 : 1;
  return {
    imageId, rows, columns, height: rows, width: columns, color, rgba: color, numberOfComponents,
    minPixelValue: low, maxPixelValue: high, slope: number(attributes, "slope", 1), intercept: number(attributes, "intercept", 0),
    windowCenter: center, windowWidth: width, voiLUTFunction: "LINEAR", invert: text(attributes, "photometric") === "MONOCHROME1",
    photometricInterpretation: text(attributes, "photometric"), sizeInBytes: data.byteLength, dataType: data.constructor.name,
    rowPixelSpacing: down || 1, columnPixelSpacing: across || 1, getPixelData: () => data,
    voxelManager: utilities.VoxelManager.createImageVoxelManager({ width: columns, height: rows, scalarData: data, numberOfComponents }),
  };
}
const MODULES = {
  imagePixelModule: (of) => ({
    samplesPerPixel: number(of, "samples", 1), photometricInterpretation: text(of, "photometric"), rows: number(of, "rows"), columns: number(of, "columns"),
    bitsAllocated: number(of, "allocated", 8), bitsStored: number(of, "stored", 8), highBit: number(of, "stored", 8) - 1, pixelRepresentation: number(of, "signed", 0),
  }),
  generalSeriesModule: (of) => ({ modality: text(of, "modality"), seriesInstanceUID: text(of, "series") }),
  voiLutModule: (of) => ({ windowCenter: values(of, "center").map(Number), windowWidth: values(of, "width").map(Number) }),
  modalityLutModule: (of) => ({ rescaleSlope: number(of, "slope", 1), rescaleIntercept: number(of, "intercept", 0) }),
  // Each picture stands in a plane of its own: a stack is leafed through, not cut anew.
  imagePlaneModule: (of) => {
    const [down, across] = spacing(of);
    return {
      rows: number(of, "rows"), columns: number(of, "columns"), rowCosines: [1, 0, 0], columnCosines: [0, 1, 0], imageOrientationPatient: [1, 0, 0, 0, 1, 0],
      imagePositionPatient: [0, 0, 0], rowPixelSpacing: down || 1, columnPixelSpacing: across || 1, frameOfReferenceUID: text(of, "series"), usingDefaultValues: !down,
    };
  },
};
export function offer() {
  imageLoader.registerImageLoader(SCHEME, (imageId) => ({ promise: image(imageId), cancelFn: undefined }));
  metaData.addProvider((kind, imageId) => {
    const one = known.get(imageId);
    return one && MODULES[kind]?.(one.attributes);
  }, 1000);
}
