"""A page that stays open over a shift, and the next one, holds no more than at the start.

Twelve hours (``SOAK_HOURS``) are lived at speed by the page's own clock: every timer of it runs,
alerts come, change and end, rows change, and after each hour the browser collects its garbage and
counts what is left.
"""

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from analytics.domain.care import Role
from tests.support import scenes
from tests.support import scenes_of_pages as pages
from tests.support.stage import Scene, Stage, ago

HOURS = int(os.environ.get("SOAK_HOURS", "12"))
CHART = f"/patients/{pages.SICK}"
EVENTS_A_MINUTE = 6
KINDS = [*["ill"] * 4, *["watched"] * 12, *["calm"] * 34]
FEW_HOURS = 3
"""One count may catch nodes that are about to go: of so many hours the least counts."""
MOST_NODES = 1.15
MOST_BYTES = 2_000_000
"""More than at the start; compiled code and the clock that is moved take some. A page that kept
each alert would hold thousands of them, a kilobyte each and their nodes."""


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    made = Stage(browser)
    yield made
    made.close()


class LivingWard:
    """Answers as a ward in which something changes all the time; alerts never come twice."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._alerts = 0
        self._panel = scenes.panel(KINDS)

    def scene(self) -> Scene:
        answers = dict(scenes.ward(KINDS).answers) | pages.chart()
        return Scene(answers=answers | {"/api/v1/panel": self.panel, "/api/v1/alerts": self.list})

    def panel(self, route: Route) -> None:
        told = json.loads(json.dumps(self._panel))
        for row in told["items"]:
            for vital in row["vitals"]:
                vital["value"] += self._chance.randrange(3)
        if "patient=" in route.request.url:
            told["items"] = [row for row in told["items"] if row["patient"] in route.request.url]
        route.fulfill(json=told)

    def list(self, route: Route) -> None:
        asks = "state=open" in route.request.url
        found = [self.alert("open") for _ in range(6)] if asks else []
        route.fulfill(json={"items": found, "next": None, "stream": 1})

    def alert(self, state: str) -> dict[str, Any]:
        self._alerts += 1
        number = self._chance.randrange(len(KINDS))
        own = {"id": f"20000000-0000-0000-0000-{self._alerts:012d}", "state": state}
        return scenes.alert(number, self._chance.choice(("medium", "low")), "single_3", **own)

    def minute(self, page: Page) -> None:
        """Live one minute of the ward."""
        for _ in range(EVENTS_A_MINUTE):
            one = self.alert("open")
            page.evaluate("(one) => tell('alert.raised', one)", one)
            ended = one | {"state": "resolved", "closed_at": ago(0)}
            page.evaluate("(one) => tell('alert.closed', one)", ended)
        shown = [scenes.patient_id(self._chance.randrange(len(KINDS))) for _ in range(3)]
        page.evaluate("(shown) => tell('panel.changed', { patients: shown })", shown)
        page.clock.run_for(60_000)


def held(devtools: CDPSession) -> tuple[int, int]:
    """Bytes of JavaScript and nodes of the document, after the garbage is collected."""
    for _ in range(2):
        devtools.send("HeapProfiler.collectGarbage")
    used = devtools.send("Runtime.getHeapUsage")["usedSize"]
    return int(used), int(devtools.send("Memory.getDOMCounters")["nodes"])


def least(course: list[tuple[int, int]]) -> tuple[int, int]:
    return min(used for used, _ in course), min(nodes for _, nodes in course)


@pytest.mark.soak
@pytest.mark.parametrize("path", ["/panel", "/feed", CHART])
def test_twelve_hours_leave_no_more_than_the_first(stage: Stage, path: str) -> None:
    ward = LivingWard(7)
    page = stage.open(path, ward.scene(), Role.DOCTOR)
    expect(page.locator("#pulse")).to_have_text("Live")
    devtools = page.context.new_cdp_session(page)
    course = []
    for _ in range(HOURS):
        for _ in range(60):
            ward.minute(page)
        expect(page.locator("#pulse")).to_have_text("Live")
        course.append(held(devtools))
    print(path, [f"{used / 1e6:.1f} MB, {nodes} nodes" for used, nodes in course])  # noqa: T201 - shown with pytest -rP
    (bytes_first, nodes_first), (bytes_last, nodes_last) = (
        least(course[:FEW_HOURS]),
        least(course[-FEW_HOURS:]),
    )
    assert nodes_last <= nodes_first * MOST_NODES, course
    assert bytes_last <= bytes_first + MOST_BYTES, course
