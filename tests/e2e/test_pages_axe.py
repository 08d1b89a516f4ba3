"""axe-core finds nothing on any page: light, dark, forced colours, a phone at twice the size.

Every rule of it runs, best practices and experimental ones too, but those of WCAG's level AAA.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.test_pages_look import PAGES, shown
from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"],
    rules: Object.fromEntries(axe.getRules().map((one) =>
        [one.ruleId, { enabled: !one.tags.includes("wcag2aaa") }])) })).violations
    .map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 140))])"""
HALF = {"width": 640, "height": 400}
"""1280 by 800 at 200 %."""


def violations(page: Page) -> list[object]:
    found: list[object] = page.evaluate(RUN)
    return found


def sound(page: Page) -> None:
    """Ask axe of a page that stands open, in light and in dark."""
    page.evaluate(AXE)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(desk: Desk, ward: SeededWard, name: str) -> None:
    page = shown(desk, ward, name)
    page.evaluate(AXE)
    found = {"light": violations(page)}
    page.set_viewport_size(HALF)
    found["200 %"] = violations(page)
    page.emulate_media(color_scheme="dark")
    found["dark"] = violations(page)
    page.emulate_media(forced_colors="active")
    found["high contrast"] = violations(page)
    assert {look: told for look, told in found.items() if told} == {}
