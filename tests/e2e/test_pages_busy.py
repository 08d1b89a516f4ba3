"""A feed of hundreds of alerts stays quick to answer: flashing costs the page no work."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browsers import Desk, becomes

PATIENTS, ALERTS = 100, 350
CONDITIONS = ("news2_emergency", "limit_spo2_low", "limit_hr_high", "single_3")
WATCHED_S = 3.0


def panel_row(number: int) -> dict[str, Any]:
    news2 = {"score": 8, "low": 8, "high": 8, "band": "high", "missing": [], "assumed": []}
    return {
        "patient": f"00000000-0000-0000-0000-{number:012d}",
        "name": f"Person {number:04d}",
        "urgency": 300,
        "news2": news2,
        "risk": 0.3,
        "freshness_s": 5,
        "coverage": 1,
        "open_alerts": 3,
        "doctor": None,
        "doctor_name": "Dr Amara Singh",
        "state": "active",
    }


def open_alert(number: int) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(minutes=number % 90)).isoformat()
    return {
        "id": f"10000000-0000-0000-0000-{number:012d}",
        "patient": panel_row(number % PATIENTS)["patient"],
        "condition": CONDITIONS[number // PATIENTS],
        "kind": "clinical",
        "priority": "high" if number % 3 else "medium",
        "state": "open",
        "raised_at": at,
        "measured_at": at,
        "respond_by": at,
        "doctor": None,
        "message": "NEWS2 8",
        "count": 2,
    }


def busy_feed(desk: Desk) -> Page:
    rows = [panel_row(number) for number in range(PATIENTS)]
    alerts = [open_alert(number) for number in range(ALERTS)]
    page = desk.open("carla", "/login")
    page.route("**/api/v1/panel*", lambda route: route.fulfill(json={"items": rows, "next": None}))
    page.route(
        "**/api/v1/alerts?*",
        lambda route: route.fulfill(
            json={"items": alerts if "state=open" in route.request.url else [], "next": None}
        ),
    )
    page.goto(desk.ward.url + "/feed")
    expect(page.locator("#open .alert")).to_have_count(PATIENTS)
    return page


def test_flashing_costs_the_page_no_work(desk: Desk) -> None:
    """Counted as work, not as time, which a busy machine stretches: it was 35 styles a second."""
    page = busy_feed(desk)
    watch = page.context.new_cdp_session(page)
    watch.send("Performance.enable")

    def styles() -> float:
        found = watch.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in found if one["name"] == "RecalcStyleCount"))

    def styles_while_watched() -> float:
        before = styles()
        time.sleep(WATCHED_S)
        return styles() - before

    becomes(styles_while_watched, lambda styles: styles < 8 * WATCHED_S)  # once all is drawn
    flashing = lambda: page.evaluate("document.getAnimations().length")  # noqa: E731
    becomes(flashing, lambda count: 0 < count < ALERTS / 3)  # out of sight rests
    animated = page.evaluate(
        """() => [...new Set(document.getAnimations().flatMap((one) => one.effect.getKeyframes())
            .flatMap((frame) => Object.keys(frame)))]"""
    )
    assert set(animated) <= {"offset", "easing", "composite", "computedOffset", "opacity"}
    page.unroute_all(behavior="wait")


def test_a_card_out_of_sight_is_there_when_it_is_looked_for(desk: Desk) -> None:
    page = busy_feed(desk)
    last = page.locator("#open .alert").last
    last.get_by_role("button").first.focus()
    expect(last.get_by_role("button").first).to_be_in_viewport()
    expect(last.locator(".mark").first).to_be_visible()
    page.unroute_all(behavior="wait")
