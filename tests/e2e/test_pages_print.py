"""What is printed is what is shown: each curve in its own figure, in ink, and whose it is."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers import Desk, becomes
from tests.support.seeded_ward import SeededWard

PAPER = {"width": 718, "height": 1046}  # A4 at 96 dpi, less the margins
# A browser that prints lays the page out anew and tells no ResizeObserver before the ink is on it.
NO_RESIZING = """window.ResizeObserver = class {
    observe() {} unobserve() {} disconnect() {} };"""
FIGURES = """() => [...document.querySelectorAll(".charts figure")].map((figure) => {
    const box = (node) => { const { left, top, right, bottom } = node.getBoundingClientRect();
                            return [left, top, right, bottom]; };
    const ink = (canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let dark = 0, light = 0;
        for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] < 200) continue;
            if (data[at] + data[at + 1] + data[at + 2] < 480) dark += 1; else light += 1;
        }
        return [dark, light]; };
    return { title: figure.querySelector("h3").textContent, figure: box(figure),
             canvases: [...figure.querySelectorAll("canvas")].map(box),
             ink: [...figure.querySelectorAll("canvas")].map(ink) }; })"""


# A page is told of its medium when it is next drawn, before its frames are asked for.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def printed(desk: Desk, ward: SeededWard, **options: object) -> Page:
    page = desk.open("singh", "/login", **options)
    page.add_init_script(NO_RESIZING)
    page.goto(f"{ward.url}/patients/{ward.patients['Alice Moore']}")
    expect(page.locator("body")).to_have_attribute("data-charts", re.compile(r"^[6-9]$"))
    page.emulate_media(media="print")
    page.evaluate(DRAWN)  # on the wide screen still: whether it was is no matter of chance
    page.set_viewport_size(PAPER)
    page.evaluate(DRAWN)
    return page


def test_each_curve_is_printed_under_its_own_heading(desk: Desk, ward: SeededWard) -> None:
    """Drawn for a wide screen, NEWS2's curve lay over its neighbour and SpO2's over breathing.

    The course of a risk that is not yet proven here is not shown.
    """
    found = printed(desk, ward).evaluate(FIGURES)
    titles = [one["title"] for one in found]
    assert titles[:3] == ["NEWS2", "Heart rate", "SpO₂"], titles
    drawn = [one for one in found if one["canvases"]]
    assert len(drawn) >= 5
    for one in drawn:
        (canvas,) = one["canvases"]
        left, top, right, bottom = one["figure"]
        assert left <= canvas[0] < canvas[2] <= right + 1, one["title"]
        assert top <= canvas[1] < canvas[3] <= bottom + 1, one["title"]
        assert right <= PAPER["width"], one["title"]


def test_a_dark_screen_prints_the_ink_of_a_light_one(desk: Desk, ward: SeededWard) -> None:
    dark = printed(desk, ward, color_scheme="dark").evaluate(FIGURES)
    light = printed(desk, ward, color_scheme="light").evaluate(FIGURES)
    for one, other in zip(dark, light, strict=True):
        for (mine, _), (same, _) in zip(one["ink"], other["ink"], strict=True):
            assert same > 50, one["title"]
            assert abs(mine - same) < 0.2 * same, one["title"]


def test_the_print_says_whose_course_it_is_and_of_when(desk: Desk, ward: SeededWard) -> None:
    page = printed(desk, ward)
    expect(page.locator("#printed")).to_be_visible()
    expect(page.locator("#printed")).to_contain_text(
        re.compile(r"Alice Moore, 1948-03-12: the last 24 h, until \d{4}-\d\d-\d\d \d\d:\d\d WES?T")
    )
    expect(page.get_by_text("questionable, not scored")).to_be_visible()
    expect(page.locator("#ranges")).to_be_hidden()
    assert page.pdf(format="A4")[:5] == b"%PDF-"


@pytest.mark.parametrize("asked", ["", "?view=news2", "?view=table", "?hours=168&beside=before"])
def test_every_view_of_a_course_fits_the_paper(desk: Desk, ward: SeededWard, asked: str) -> None:
    """Nothing is wider than A4; the score's chart keeps its points beside its colours."""
    page = desk.open("singh", f"/patients/{ward.patients['Alice Moore']}{asked}")
    expect(page.locator("body")).to_have_attribute("data-charts", re.compile(r"^\d+$"))
    if "news2" in asked:
        expect(page.locator(".news2-chart tbody.below tr")).to_have_count(4)
        expect(page.locator(".news2-chart tbody")).to_have_count(8)
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    becomes(
        lambda: page.evaluate("document.documentElement.scrollWidth"),
        lambda width: width <= PAPER["width"],
    )
    expect(page.locator("#tabs")).to_be_hidden()
    expect(page.locator("#printed")).to_be_visible()
