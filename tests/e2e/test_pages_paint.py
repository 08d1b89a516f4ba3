"""What a browser must fetch before it paints a page: bounded, so that a poor line shows it soon.

How long it takes is printed and measured by ``make bench``; counts and bytes are the same on every
machine.
"""

import pytest

from tests.e2e.test_pages_look import shown
from tests.support.browsers import Desk, becomes
from tests.support.seeded_ward import SeededWard

OPENED = ("panel", "feed", "patient", "mine")
MOST_BLOCKING, MOST_BLOCKING_BYTES = 11, 100_000
"""The frame and its style sheets; a script that held the first paint up would be one more."""
MOST_SCRIPTS, MOST_SCRIPT_BYTES = 110, 450_000
"""A page's own, all named in its frame, so that they are asked for at once."""
FETCHED = """() => {
    const files = performance.getEntriesByType("resource");
    const sum = (some) => [some.length, some.reduce((all, one) => all + one.transferSize, 0)];
    const painted = performance.getEntriesByName("first-contentful-paint")[0];
    const scripts = files.filter((one) => new URL(one.name).pathname.endsWith(".js"));
    return { painted: painted ? painted.startTime : null, scripts: sum(scripts),
        blocking: sum([performance.getEntriesByType("navigation")[0],
            ...files.filter((one) => one.renderBlockingStatus === "blocking")]) }; }"""


@pytest.mark.parametrize("name", OPENED)
def test_little_is_fetched_before_a_page_is_painted(
    desk: Desk, ward: SeededWard, name: str
) -> None:
    page = shown(desk, ward, name)
    becomes(lambda: page.evaluate(FETCHED)["painted"], lambda at: at is not None)
    told = page.evaluate(FETCHED)
    print(f"{name}: first paint {told['painted']:.0f} ms, {told}")  # noqa: T201 - shown with pytest -rP
    assert told["blocking"][0] <= MOST_BLOCKING
    assert told["blocking"][1] <= MOST_BLOCKING_BYTES
    assert told["scripts"][0] <= MOST_SCRIPTS
    assert told["scripts"][1] <= MOST_SCRIPT_BYTES
