// What of the course is shown, chosen by its buttons, and read again from the address when somebody goes back.
import { chooser, press } from "../base/choosing.js";
import { $, $$ } from "../base/dom.js";
import { showAs } from "./course.js";
import { keepShown, shownNow } from "./window.js";
import { zoom } from "./zoom.js";

export function choosing(course, draw) {
  const { whole, tell } = zoom(course, draw);
  const keep = () => { keepShown(course); draw(); };
  chooser($("ranges"), (data) => { course.hours = Number(data.hours); whole(); });
  chooser($("views"), (data) => { showAs(data.view); keep(); });
  $("beside").addEventListener("click", () => { course.beside = !course.beside; pressed(course); keep(); });
  addEventListener("popstate", () => { Object.assign(course, shownNow()); pressed(course); tell(); draw(); });
  pressed(course);
}
function pressed(course) {
  press($("ranges"), $$(`[data-hours="${course.hours}"]`, $("ranges"))[0]);
  press($("views"), $$(`[data-view="${course.view}"]`, $("views"))[0]);
  $("beside").setAttribute("aria-pressed", String(course.beside));
  showAs(course.view);
}
