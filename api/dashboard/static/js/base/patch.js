// Changes what stands on a page in place. A node stays the same node for as long as it means the
// same thing, so that a press on it, its focus, a selection and the reader's place outlive an update.

// What can be pressed is only ever itself: a button never turns into another one under a finger.
function nameOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.nodeName;
  const said = () => (node.matches("a, button") ? node.getAttribute("href") ?? node.getAttribute("aria-label") ?? node.textContent : "");
  return `${node.nodeName} ${node.dataset.key ?? node.id ?? ""} ${node.dataset.key ? "" : said()}`;
}
// Whether somebody has unfolded a part is theirs to say.
const theirs = (node, attribute) => attribute === "open" && node.matches("details");

// The policy of the pages lets no style be written as text, but lets it be set.
function put(node, name, value) {
  if (name === "style") node.style.cssText = value;
  else node.setAttribute(name, value);
}

// Makes `old` say what `made` says; `made` is thrown away.
export function patch(old, made) {
  if (old === made) return;
  if (old.nodeType !== Node.ELEMENT_NODE) { if (old.data !== made.data) old.data = made.data; return; }
  for (const { name } of [...old.attributes]) if (!made.hasAttribute(name) && !theirs(old, name)) old.removeAttribute(name);
  for (const { name, value } of made.attributes) if (old.getAttribute(name) !== value) put(old, name, value);
  old.onclick = made.onclick;
  if (!("apart" in made.dataset)) update(old, ...made.childNodes); // what fills that part later, keeps it
}

// Makes `parent` hold what `made` says (nodes and texts), keeping each node that still means the same.
export function update(parent, ...made) {
  const known = new Map();
  for (const node of parent.childNodes) known.set(nameOf(node), [...(known.get(nameOf(node)) ?? []), node]);
  const wanted = made.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false);
  arrange(parent, wanted.map((one) => (one instanceof Node ? one : document.createTextNode(one))).map((one) => {
    const old = known.get(nameOf(one))?.shift();
    if (old) patch(old, one);
    return old ?? one;
  }));
}

// Puts `nodes` into `parent` in order. The one that holds the focus is not moved, the others are
// moved around it: a node that is moved loses its focus, and a press on it.
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  const held = nodes.find((node) => node.contains(document.activeElement));
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next || node === held) next = node.nextSibling;
    else parent.insertBefore(node, next);
  }
}
