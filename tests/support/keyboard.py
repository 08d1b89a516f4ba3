"""A page by keyboard alone: where Tab leads, whether the focus is seen, what it leaves out."""

from playwright.sync_api import Page

MOST_STOPS = 900
# A field of a date has several stops of one node; a node that holds the focus for longer traps it.
PARTS_OF_A_FIELD = 8
WALK = """(back) => {
    const stops = "a[href], button, input, select, textarea, summary, [tabindex]";
    const reach = () => [...document.querySelectorAll(stops)].filter((node) => node.tabIndex >= 0
        && !node.matches(":disabled, [type=hidden], [type=radio]")
        && node.checkVisibility({ visibilityProperty: true }));
    const told = (node) => node.outerHTML.slice(0, 110);
    const begun = reach();
    const met = new WeakSet();
    let last = null;
    const seen = (node) => {
        if (node.matches("[type=date]")) return node; // whose parts have rings of the browser's
        const rings = [node, ...(node.labels ?? [])].filter((one) => {
            const { outlineStyle, outlineWidth } = getComputedStyle(one);
            return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
        });
        return rings.find((one) => !one.matches(".visually-hidden"));
    };
    const uncovered = (node) => {
        const box = node.getClientRects()[0] ?? node.getBoundingClientRect();
        const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)];
        const [right, foot] = [Math.min(innerWidth, box.right), Math.min(innerHeight, box.bottom)];
        return [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]].some(([x, y]) => {
            const there = document.elementFromPoint(left + (right - left) * x,
                                                    top + (foot - top) * y);
            return there && (node.contains(there) || there.contains(node));
        });
    };
    window.walk = {
        begin() { (back ? begun.at(-1) : begun[0]).focus(); },
        stop() {
            const node = document.activeElement;
            if (node === last) return "same";
            if (!node || node === document.body || met.has(node)) return "over";
            met.add(node);
            const wrong = [];
            const ahead = back ? Node.DOCUMENT_POSITION_PRECEDING
                : Node.DOCUMENT_POSITION_FOLLOWING;
            if (last?.isConnected && !(last.compareDocumentPosition(node) & ahead))
                wrong.push(`out of order: ${told(node)}`);
            if (last && !seen(node)) wrong.push(`no ring: ${told(node)}`);
            if (last && !uncovered(seen(node) ?? node)) wrong.push(`covered: ${told(node)}`);
            last = node;
            return wrong;
        },
        left() {
            const now = new Set(reach());
            return begun.filter((node) => now.has(node) && !met.has(node))
                .map((node) => `not reached: ${told(node)}`);
        },
    };
    walk.begin();
}"""


def walked(page: Page, *, back: bool = False) -> list[str]:
    """Walk from one end of a page to the other; returns what is wrong with it.

    Each stop comes after the one before it in the document, shows a ring of its own, and is not
    covered by what stays in sight; everything that can be pressed or filled is reached; nothing
    holds the focus.
    """
    page.evaluate(WALK, back)
    key, wrong, same = "Shift+Tab" if back else "Tab", list[str](), 0
    for _ in range(MOST_STOPS):
        told = page.evaluate("walk.stop()")
        if told == "over":
            break
        same = same + 1 if told == "same" else 0
        if same > PARTS_OF_A_FIELD:
            return [*wrong, f"held: {page.evaluate('document.activeElement.outerHTML')[:110]}"]
        wrong += told if isinstance(told, list) else []
        page.keyboard.press(key)
    left: list[str] = page.evaluate("walk.left()")
    return wrong + left
