"""Pages never lie: what is not saved stays, what others do is seen, and an alert is heard."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from analytics.domain.care import Role
from tests.support import scenes
from tests.support.browsers import becomes
from tests.support.stage import HOST, Scene, Stage, ago

SAID = """() => { window.heard = [];
    for (const id of ["say", "say-now"]) new MutationObserver((all) => heard.push(...all
        .flatMap((one) => [...one.addedNodes]).map((node) => node.textContent)))
        .observe(document.getElementById(id), { childList: true, subtree: true }); }"""
TAKEN = {
    "state": "acknowledged",
    "acknowledged_by": "Nurse Pia Lund",
    "acknowledged_until": ago(-9),
}


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    made = Stage(browser)
    yield made
    made.close()


def answered(scene: Scene, **answers: Any) -> Scene:  # noqa: ANN401 - JSON or a callable
    """The scene with other answers; ``alerts`` stands for ``/api/v1/alerts``."""
    return Scene(answers={**scene.answers, **{f"/api/v1/{k}": v for k, v in answers.items()}})


def listed(*alerts: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(alerts), "next": None, "stream": 1}


def tell(page: Page, name: str, alert: dict[str, Any]) -> None:
    page.evaluate("([name, alert]) => tell(name, alert)", [name, alert])


def heard(page: Page, name: str) -> int:
    lines: list[str] = page.evaluate("heard")
    return sum(name in line for line in lines)


@pytest.mark.parametrize(("path", "ready"), [("/feed", "#calm .empty"), ("/panel", "tr.band")])
def test_a_new_high_alert_is_heard_once(stage: Stage, path: str, ready: str) -> None:
    page = stage.open(path, scenes.ward(["calm"] * 3), Role.DOCTOR)
    expect(page.locator(ready).first).to_be_visible()
    expect(page.locator("#pulse")).to_have_text("Live")
    page.evaluate(SAID)
    first, second = (scenes.alert(n, "high", "news2_emergency") for n in (5, 6))
    tell(page, "alert.raised", first)
    tell(page, "alert.raised", second)
    becomes(lambda: heard(page, second["name"]), lambda times: times == 1)
    tell(page, "alert.changed", first | TAKEN)
    tell(page, "alert.changed", second | {"count": 9})
    page.clock.run_for(6_000)
    assert (heard(page, first["name"]), heard(page, second["name"])) == (1, 1)
    assert page.locator("#say-now").get_attribute("aria-live") == "assertive"
    page.clock.run_for(20_000)
    expect(page.locator("#say-now")).to_have_text("")


def test_what_was_typed_survives_a_lost_connection(stage: Stage) -> None:
    one = scenes.alert(5, "high", "news2_emergency", holds=False)
    page = stage.open("/feed", answered(scenes.ward([]), alerts=listed(one)), Role.DOCTOR)
    page.get_by_role("button", name=re.compile("^Resolve")).click()
    dialog = page.get_by_role("dialog")
    answer = dialog.get_by_role("button", name=re.compile("^True, but nothing had to be done"))
    dialog.get_by_label("Comment").fill("Cuff was loose; measured again")
    page.route(f"{HOST}/api/v1/alerts/*/resolve", lambda route: route.abort())
    answer.click()
    expect(dialog.locator(".wrong")).not_to_be_empty()
    expect(dialog.get_by_label("Comment")).to_have_value("Cuff was loose; measured again")
    sent: list[Any] = []

    def taken(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(json=one | {"state": "resolved", "closed_at": ago(0)})

    page.route(f"{HOST}/api/v1/alerts/*/resolve", taken)
    answer.click()
    expect(dialog).to_have_count(0)
    assert sent == [{"comment": "Cuff was loose; measured again", "outcome": "not_actionable"}]


def test_who_is_signed_out_while_typing_keeps_what_was_typed(stage: Stage) -> None:
    page = stage.open("/round", scenes.ward(["gap"] * 2), Role.NURSE)
    page.get_by_text("Confused", exact=True).click()
    page.route(f"{HOST}/ui/status", lambda route: route.fulfill(status=401, json={}))
    page.clock.run_for(5_000)
    expect(page.locator("[data-wrong=signed]")).to_contain_text("What you typed is still here")
    expect(page.get_by_label("Confused")).to_be_checked()
    assert page.url == HOST + "/round"
    page.unroute(f"{HOST}/ui/status")
    page.clock.run_for(5_000)
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.get_by_label("Confused")).to_be_checked()


def test_who_is_signed_out_with_nothing_to_lose_is_led_to_the_log_in(stage: Stage) -> None:
    page = stage.open("/round", scenes.ward(["gap"] * 2), Role.NURSE)
    expect(page.locator("#round form")).to_be_visible()
    page.route(f"{HOST}/ui/status", lambda route: route.fulfill(status=401, json={}))
    page.clock.run_for(5_000)
    expect(page).to_have_url(re.compile(r"/login\?next=%2Fround$"))


def test_an_opened_row_shows_what_a_colleague_does(stage: Stage) -> None:
    one = scenes.alert(0, "high", "news2_emergency")
    now: dict[str, Any] = {"alert": one}
    scene = answered(
        scenes.ward(["ill", "calm"]),
        alerts=lambda route: route.fulfill(json=listed(now["alert"])),
    )
    page = stage.open("/panel", scene, Role.DOCTOR)
    page.get_by_role("button", name=re.compile("^Open Margarete")).click()
    opened = page.locator("tr.opened")
    expect(opened.get_by_role("button", name=re.compile("^Acknowledge"))).to_be_visible()
    now["alert"] = one | TAKEN
    tell(page, "alert.changed", now["alert"])
    expect(opened).to_contain_text("acknowledged by Nurse Pia Lund")
    expect(opened.get_by_role("button", name=re.compile("^Acknowledge"))).to_have_count(0)


def test_an_opened_row_is_not_taken_away_with_what_was_chosen_in_it(stage: Stage) -> None:
    kinds = ["ill", *["watched"] * 17]
    now: dict[str, Any] = {"panel": scenes.panel(kinds)}

    def panel(route: Route) -> None:
        patient = "patient=" in route.request.url
        told = now["panel"]
        items = [row for row in told["items"] if row["patient"] in route.request.url]
        route.fulfill(json=told | {"items": items} if patient else told)

    page = stage.open("/panel", answered(scenes.ward(kinds), panel=panel), Role.NURSE)
    page.get_by_role("button", name=re.compile("^Open Margarete")).click()
    page.locator("tr.opened").get_by_text("Voice", exact=True).click()
    later = now["panel"]["items"][1:]
    now["panel"] = now["panel"] | {"items": later, "matched": len(later)}
    tell(page, "alert.raised", scenes.alert(5, "medium", "limit_spo2_low"))
    page.clock.run_for(5_000)
    expect(page.locator("#rows [data-patient]")).to_have_count(len(kinds))
    expect(page.get_by_label("Voice")).to_be_checked()
    page.get_by_role("button", name="NEWS2 5+").click()
    expect(page.locator("tr.opened")).to_have_count(0)


def test_two_on_one_round_do_not_ask_the_same_person_twice(stage: Stage) -> None:
    now: dict[str, Any] = {"kinds": ["gap"] * 3, "from": 0}

    def panel(route: Route) -> None:
        told = scenes.panel(now["kinds"])
        route.fulfill(json=told | {"items": told["items"][now["from"] :]})

    page = stage.open("/round", answered(scenes.ward(["gap"] * 3), panel=panel), Role.NURSE)
    expect(page.locator("#round a.person")).to_have_text("Margarete Schröder")
    now["from"] = 1
    page.clock.run_for(16_000)
    expect(page.locator("#round a.person")).to_have_text("Ahmed El-Sayed")
    page.get_by_text("Confused", exact=True).click()
    now["from"] = 2
    page.clock.run_for(16_000)
    expect(page.locator("#round [role=status]")).to_contain_text("A colleague has told this")
    expect(page.get_by_label("Confused")).to_be_checked()
