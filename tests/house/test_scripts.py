"""The pages' scripts: what a person may do before the script that waits for it is there.

A part that folds out is in the page before its script: opened in that time it tells nobody. So
``onToggle`` looks at once, and only it may hear of folding.
"""

from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "api/dashboard/static/js"
HEARS = 'addEventListener("toggle"'
NAMED = {
    "base/dom.js": "onToggle itself",
    "rota/people_board.js": "hears of all parts within it, which it draws itself",
}


def test_what_folds_out_is_heard_also_when_it_was_opened_early() -> None:
    found = {
        str(file.relative_to(SCRIPTS))
        for file in SCRIPTS.rglob("*.js")
        if HEARS in file.read_text(encoding="utf-8")
    }
    assert found == set(NAMED), "use onToggle of base/dom.js"
