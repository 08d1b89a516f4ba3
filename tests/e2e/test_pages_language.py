"""The pages of patients in another language: a day in Chinese, then in English; longer words, and
words that run from the right."""

# ruff: noqa: RUF001 - Chinese has commas and full stops of its own

import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from analytics.domain.care import Role
from tests.e2e.test_pages_axe import AXE, violations
from tests.support import scenes_of_pages, scenes_of_talks
from tests.support.browsers import PHONE, Desk, becomes, no_wider_than
from tests.support.pseudo import LONG, RIGHT, pseudo_catalogue
from tests.support.seeded_ward import SeededWard
from tests.support.stage import Scene, Stage

NAME = "meilin"
# Text that is drawn and stands in no brackets, though it has a word in it.
ROUND = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const text = node.textContent.trim();
        const near = node.parentElement.closest("[data-said], .said, .name, option, kbd, code");
        const words = text.replace(/Homeward|SpO₂|mmHg|[A-Z]+(?:[+-]\\d+)?$/g, "");
        if (!near && /[A-Za-z]{3}/.test(words) && !/[\\u27e6\\u27e7]/.test(text)
            && node.parentElement.checkVisibility()) found.push(text);
    }
    return found;
}"""


@pytest.fixture
def at_home(ward: SeededWard) -> str:
    """A patient with an account and a walk at every full hour; returns the record's id."""
    ward.passwords[NAME] = secrets.token_urlsafe(16)
    account = {"username": NAME, "password": ward.passwords[NAME], "role": "patient"}
    with ward.client("admin") as admin:
        made = admin.post("/users", json=account).raise_for_status().json()
    person = {"name": "Mei Lin", "birth_date": "1948-03-12", "sex": "female"}
    hours = [f"{hour:02}:00" for hour in range(24)]
    words = "Get up and walk around your home"
    tasks = [{"kind": "walk", "words": words, "times": at} for at in (hours[:12], hours[12:])]
    plan = {"title": "Dr Lee's plan", "goals": ["No fever"], "review_on": "2090-01-01"}
    with ward.client("carla") as carla:
        person |= {"time_zone": "Asia/Shanghai", "language": "zh"}
        patient: str = carla.post("/patients", json=person).raise_for_status().json()["id"]
        linked = {"user_id": made["id"]}
        carla.put(f"/patients/{patient}/account", json=linked).raise_for_status()
        carla.post(f"/patients/{patient}/plans", json={**plan, "tasks": tasks}).raise_for_status()
    return patient


def test_a_day_in_chinese_and_then_in_english(desk: Desk, ward: SeededWard, at_home: str) -> None:
    page = desk.open(None, "/login", locale="zh-CN", viewport=PHONE)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_label("用户名").fill(NAME)
    page.get_by_label("密码").fill(ward.passwords[NAME])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/mine")
    expect(page.get_by_role("heading", name=f"您好，{NAME}")).to_be_visible()
    expect(page.get_by_text("紧急情况下，请立即拨打急救电话。")).to_be_visible()
    no_wider_than(page, PHONE["width"])

    page.get_by_label("血糖 mmol/L").fill("5.4")
    page.get_by_role("button", name="保存我的读数").click()
    expect(page.locator("#entered")).to_have_text("已保存，您的照护团队可以看到。")
    assert _glucose(ward, at_home) == [97.3]

    done = page.get_by_role("button", name=re.compile("^已完成: 起来在家里走走")).first
    done.click()
    expect(page.locator("#tasks [data-state=done]")).to_have_count(1)
    expect(page.locator("#later")).to_have_text("已完成: 起来在家里走走")
    page.get_by_text("我的计划", exact=True).click()
    expect(page.locator("#my-plan")).to_contain_text("Dr Lee's plan")
    expect(page.locator("#my-plan")).to_contain_text("不发热")
    page.evaluate(AXE)
    assert violations(page) == []

    page.goto(f"{ward.url}/account")
    page.get_by_label("这些页面以及发给您的内容所用的语言").select_option("en")
    page.get_by_role("button", name="更改语言").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    page.goto(f"{ward.url}/mine")
    expect(page.get_by_role("heading", name=f"Hello {NAME}")).to_be_visible()
    expect(page.get_by_label("Blood sugar mg/dL")).to_be_visible()
    expect(page.locator("#tasks [data-state=done]")).to_contain_text("Get up and walk")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert desk.complaints == []


def _glucose(ward: SeededWard, patient: str) -> list[float]:
    return ward.numbers(
        "SELECT (payload #>> '{samples,0,glucose}')::float8 FROM lane_input WHERE patient_no = %s",
        ward.number(patient),
    )


@pytest.fixture(scope="module", params=[LONG, RIGHT], ids=["long", "right"])
def stage(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Stage]:
    made = Stage(browser)
    made.catalogue = pseudo_catalogue(request.param)
    yield made
    made.close()


SCENES: dict[str, dict[str, Any]] = {
    "/login": {},
    "/register": {},
    "/join": {},
    "/account": {},
    "/mine": scenes_of_pages.own_day(),
    "/messages": {},
    "/consultations": {},
    "/looked": {},
    "/images": scenes_of_talks.images(),
}


@pytest.mark.parametrize("path", SCENES)
def test_longer_words_and_words_from_the_right_fit_a_telephone(stage: Stage, path: str) -> None:
    page = stage.open(path, Scene(answers=SCENES[path]), Role.PATIENT, viewport=PHONE)
    expect(page.locator("h1")).to_contain_text("⟦")
    expect(page.get_by_text("Loading")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("dir", stage.catalogue.tongue.direction)
    no_wider_than(page, PHONE["width"])
    becomes(lambda: _outside(page), lambda cut: cut == [])


# What can be pressed or read must lie on the screen, from edge to edge.
EDGES = """() => [...document.querySelectorAll(
        "main button, main a, main label, main input, main p")]
    .filter((node) => node.checkVisibility() && !node.closest(".scroll, .visually-hidden"))
    .filter((node) => { const box = node.getBoundingClientRect();
        return box.left < -1 || box.right > innerWidth + 1; })
    .map((node) => node.textContent.slice(0, 60))"""


def _outside(page: Page) -> list[str]:
    found: list[str] = page.evaluate(EDGES)
    return found


def test_no_english_is_left_on_a_page_that_is_drawn(stage: Stage) -> None:
    page = stage.open("/mine", Scene(answers=SCENES["/mine"]), Role.PATIENT, viewport=PHONE)
    expect(page.locator("#readings figure").first).to_be_visible()
    for part in page.locator("main summary:visible").all():
        part.click()
    becomes(lambda: page.evaluate(ROUND), lambda left: left == [])
