"""Each page in each of its states looks as it was kept: ``make pictures`` keeps it anew.

A state that must not be taken for another has a picture of its own, and two states of one page
that looked alike would fail here as well.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from analytics.domain.care import Role
from api.dashboard import frames
from tests.support.browsers import becomes
from tests.support.pictures import FOLDER, MOST_SHARE, SCALE, Darkroom
from tests.support.shots import SHOTS, Shot
from tests.support.stage import FONT, Stage

APART = 0.015
"""Of a screen; another sentence in the same box is less."""
SAME_TIMES = 4
MOST_BYTES = 6_500_000


NO_WORDS = re.compile(r"\b(null|undefined|NaN|\[object)\b")
"""What a script says where it has nothing to say."""
HAS_FONT = f"""() => {{ const drawing = document.createElement("canvas").getContext("2d");
    drawing.font = "40px '{FONT}'";
    return Math.abs(drawing.measureText("Wmil0").width - 126.2) < 1; }}"""
"""By the widths of five letters."""


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    made = Stage(browser)
    yield made
    made.close()


@pytest.fixture(scope="module")
def darkroom(browser: Browser) -> Iterator[Darkroom]:
    made = Darkroom(browser)
    yield made
    made.close()


def taken(stage: Stage, shot: Shot) -> Page:
    page = stage.open(shot.path, shot.scene, shot.role, **shot.options)
    expect(page.locator(shot.ready).first).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(NO_WORDS)
    becomes(lambda: page.evaluate("document.fonts.status"), lambda status: status == "loaded")
    if not page.evaluate(HAS_FONT):
        pytest.skip(f"this machine's browser has no {FONT}, in which the pictures are drawn")
    return page


def settles(page: Page, darkroom: Darkroom) -> None:
    """Wait until a picture is as the one before it, several times over."""
    seen = [darkroom.blocks(page.screenshot())]

    def still() -> bool:
        seen.append(darkroom.blocks(page.screenshot()))
        last = seen[-SAME_TIMES:]
        return len(last) == SAME_TIMES and all(one.far_from(seen[-1]) == 0 for one in last)

    becomes(still, bool)


@pytest.mark.parametrize("name", SHOTS)
def test_a_page_looks_as_it_was_kept(
    stage: Stage, darkroom: Darkroom, request: pytest.FixtureRequest, name: str
) -> None:
    page = taken(stage, SHOTS[name])
    if "failing" not in name:
        expect(page.get_by_text("could not be loaded")).to_have_count(0)
    file = FOLDER / f"{name}.png"
    if request.config.getoption("--keep-pictures"):
        settles(page, darkroom)
        FOLDER.mkdir(exist_ok=True)
        file.write_bytes(darkroom.small(page.screenshot()))
        return
    kept = darkroom.blocks(file.read_bytes(), SCALE)
    becomes(
        lambda: darkroom.blocks(page.screenshot()).far_from(kept), lambda far: far <= MOST_SHARE
    )


def test_what_must_not_be_confused_looks_different(darkroom: Darkroom) -> None:
    """Each two states of one page on one screen, by what was kept of them."""
    kept = {name: darkroom.blocks((FOLDER / f"{name}.png").read_bytes(), SCALE) for name in SHOTS}
    alike = [
        (one, two)
        for one, first in kept.items()
        for two, second in kept.items()
        if one < two and one.split("-")[0] == two.split("-")[0]
        if first.far_from(second) <= APART
    ]
    assert alike == [("panel-cut-off", "panel-no-server")]  # not live is one thing, in two words


def test_a_line_that_is_gone_is_seen(stage: Stage, darkroom: Darkroom) -> None:
    page = taken(stage, SHOTS["panel-flood"])
    before = darkroom.blocks(page.screenshot())
    page.evaluate("document.getElementById('lines').remove()")
    assert darkroom.blocks(page.screenshot()).far_from(before) > MOST_SHARE


SEEN = """() => [...document.querySelectorAll("#rows [data-patient]")]
    .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length"""
"""How many patients are on the first screen."""


def test_three_patients_stand_on_the_first_screen_of_a_phone(stage: Stage) -> None:
    stage.menu = frames.LINKS[Role.COORDINATOR]
    page = taken(stage, SHOTS["panel-phone"])
    becomes(lambda: page.evaluate(SEEN), lambda rows: rows >= 3)


def test_a_wall_is_read_from_four_metres(stage: Stage) -> None:
    page = taken(stage, SHOTS["panel-wall"])
    tile = page.locator("#rows [data-patient]").first
    expect(tile.locator(".vitals-cell:visible")).to_have_count(3)
    sizes = """(tile) => [...tile.querySelectorAll("*")]
        .filter((node) => node.checkVisibility() && !node.closest("sup, .visually-hidden"))
        .filter((node) => [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim()))
        .map((node) => parseFloat(getComputedStyle(node).fontSize))"""
    assert min(tile.evaluate(sizes)) >= 32


def test_fourteen_rows_stand_on_a_screen(stage: Stage) -> None:
    stage.menu = frames.LINKS[Role.COORDINATOR]
    page = taken(stage, SHOTS["panel-flood"])
    becomes(lambda: page.evaluate(SEEN), lambda rows: rows >= 14)
    smallest = """() => Math.min(...[...document.querySelectorAll("#rows td *")]
        .filter((node) => node.textContent.trim()).map((node) =>
            parseFloat(getComputedStyle(node).fontSize)))"""
    assert page.evaluate(smallest) >= 10, "not by letters that nobody reads"


def test_the_kept_pictures_are_small_and_each_is_of_a_page() -> None:
    files = {file.stem: file.stat().st_size for file in FOLDER.glob("*.png")}
    assert set(files) == set(SHOTS)
    assert sum(files.values()) < MOST_BYTES
