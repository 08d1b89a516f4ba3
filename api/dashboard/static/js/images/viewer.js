// One or two series under glass: leaf through, window, zoom, pan, measure; by mouse, finger and keys.
import { h, say } from "../base/dom.js";
import { t } from "../base/language.js";
import { addTool, Enums, init, initTools, LengthTool, PanTool, RenderingEngine, Settings, setUseCPURendering, StackScrollTool, ToolEnums, ToolGroupManager, WindowLevelTool, ZoomTool } from "../../vendor/cornerstone.js";
import { offer } from "./loader.js";

const GROUP = "glass";
const TOOLS = { window: WindowLevelTool, zoom: ZoomTool, pan: PanTool, scroll: StackScrollTool, measure: LengthTool };
const { MouseBindings } = ToolEnums;
// Centre and width in Hounsfield units, as radiology books name them.
export const PRESETS = [[t("Soft tissue"), [40, 400]], [t("Lung"), [-600, 1500]], [t("Bone"), [400, 1800]], [t("Brain"), [40, 80]]];
/** @type {any} */
let engine = null;

// The site's policy runs no style written as text; set through the object model it is the page's own.
const plainly = SVGElement.prototype.setAttribute;
SVGElement.prototype.setAttribute = function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value; else plainly.call(this, name, value);
};
const fitted = new ResizeObserver(() => engine?.resize(true, true));

async function ready() {
  if (engine) return;
  await init();
  setUseCPURendering(true); // the same picture on every machine, also on one without a graphics card
  await initTools();
  Settings.getRuntimeSettings().set("useCursors", false); // they are pictures that the policy does not let in
  offer();
  for (const tool of Object.values(TOOLS)) addTool(tool);
  const group = ToolGroupManager.createToolGroup(GROUP);
  for (const tool of Object.values(TOOLS)) group.addTool(tool.toolName);
  group.setToolActive(StackScrollTool.toolName, { bindings: [{ mouseButton: MouseBindings.Wheel }] });
  engine = new RenderingEngine("homeward");
}
// Lets the first button (or one finger) do this; the second pans, the third zooms.
/** @param {keyof typeof TOOLS} name */
export function take(name) {
  const group = ToolGroupManager.getToolGroup(GROUP);
  if (!group) return;
  for (const tool of Object.values(TOOLS)) group.setToolPassive(tool.toolName);
  const bound = { [MouseBindings.Primary]: TOOLS[name], [MouseBindings.Auxiliary]: PanTool, [MouseBindings.Secondary]: ZoomTool };
  const bindings = new Map([[StackScrollTool, [{ mouseButton: MouseBindings.Wheel }]]]);
  for (const [button, tool] of Object.entries(bound)) bindings.set(tool, [...(bindings.get(tool) ?? []), { mouseButton: Number(button) }]);
  for (const [tool, list] of bindings) group.setToolActive(tool.toolName, { bindings: list });
}
// Shows the pictures in a place of the page; what is told of them stands under it.
/** @param {HTMLElement} place @param {string} name @param {string[]} imageIds @param {string} about */
export async function show(place, name, imageIds, about) {
  await ready();
  const glass = h("div", { class: "glass", tabindex: 0, role: "application", "aria-label": t("{about}. Arrow keys leaf through.", { about }) });
  const told = h("p", { class: "small soft", "aria-live": "polite" });
  place.replaceChildren(glass, told);
  engine.enableElement({ viewportId: name, element: glass, type: Enums.ViewportType.STACK });
  ToolGroupManager.getToolGroup(GROUP).addViewport(name, "homeward");
  const viewport = engine.getViewport(name);
  const tell = () => { told.textContent = words(viewport, about); };
  glass.addEventListener(Enums.Events.STACK_NEW_IMAGE, tell);
  glass.addEventListener(Enums.Events.VOI_MODIFIED, tell);
  glass.addEventListener("keydown", (event) => keyed(event, viewport, imageIds.length));
  glass.addEventListener("contextmenu", (event) => event.preventDefault());
  await viewport.setStack(imageIds, 0);
  viewport.render();
  fitted.observe(glass);
  tell();
}
function words(viewport, about) {
  const range = viewport.getProperties().voiRange;
  const told = { about, at: viewport.getCurrentImageIdIndex() + 1, all: viewport.getImageIds().length };
  if (!range) return t("{about}: picture {at} of {all}", told);
  return t("{about}: picture {at} of {all}, window {center} / {width}", { ...told, center: Math.round((range.upper + range.lower + 1) / 2), width: Math.round(range.upper - range.lower + 1) });
}
const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 10, PageUp: -10 };
function keyed(event, viewport, count) {
  if (event.key === "+" || event.key === "-") { viewport.setZoom(viewport.getZoom() * (event.key === "+" ? 1.25 : 0.8)); viewport.render(); }
  const step = event.key === "Home" ? -count : event.key === "End" ? count : STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  viewport.setImageIdIndex(Math.max(0, Math.min(count - 1, viewport.getCurrentImageIdIndex() + step)));
}
/** @param {string} name @param {[number, number]} preset */
export function preset(name, [center, width]) {
  const viewport = engine?.getViewport(name);
  viewport?.setProperties({ voiRange: { lower: center - 0.5 - (width - 1) / 2, upper: center - 0.5 + (width - 1) / 2 } }); // PS3.3 C.11.2.1.2.1
  viewport?.render();
}
export function afresh(name) {
  const viewport = engine?.getViewport(name);
  viewport?.resetCamera();
  viewport?.resetProperties();
  viewport?.render();
  say(t("Shown as it was at first."));
}
export function close(name) {
  if (!engine?.getViewport(name)) return;
  ToolGroupManager.getToolGroup(GROUP).removeViewports("homeward", name);
  engine.disableElement(name);
}
