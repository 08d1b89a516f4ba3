"""Tasks from the page where work begins, done and counted on a desk and on a phone."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsers import DESKTOP, PHONE, Desk, becomes
from tests.support.seeded_ward import SeededWard

TABLE = Path(__file__).parents[2] / "docs" / "tasks.md"
WHO = "Emeka Ibrahim"
NEW = {DESKTOP["width"]: "Wanda Frey", PHONE["width"]: "Vera Wilde"}
LACKING = ("Hans Haddad", "Jun Petrov")
PRESS_S, KEY_S = 1.35 + 1.1 + 0.2, 0.28
"""Of the keystroke-level model: to think, to point, to press; a key of who types unhurried."""


@dataclass
class Hand:
    """Does what a person does, and counts.

    Attributes:
        clicks: presses of the pointer; a choice from a list is two.
        keys: what is typed.
        pages: how many pages were opened beyond the first.
    """

    page: Page
    clicks: int = 0
    keys: int = 0
    pages: int = 0
    _at: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._at = urlsplit(self.page.url).path
        self.page.on("framenavigated", lambda frame: self._moved(urlsplit(frame.url).path))

    def _moved(self, path: str) -> None:
        self.pages += path != self._at
        self._at = path

    def press(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def choose(self, what: Locator, option: str) -> None:
        what.select_option(label=option)
        self.clicks += 2

    def type(self, text: str) -> None:
        """Type into what has the focus, whatever that is."""
        self.page.keyboard.type(text)
        self.keys += len(text)

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)
        self.keys += 1

    def seconds(self) -> int:
        return round(self.clicks * PRESS_S + self.keys * KEY_S)


def sickest(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.locator("#open .alert a", has_text=WHO).first)
    expect(hand.page.locator("#open")).to_contain_text("NEWS2 8 for news2_emergency")


def take_on(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.get_by_role("button", name=re.compile(f"Acknowledge.*{WHO}")))
    expect(hand.page.locator("#taken")).to_contain_text("acknowledged by Dr Amara Singh")


def close(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.get_by_role("button", name=re.compile(f"Resolve.*{WHO}")))
    hand.type("Oxygen raised to 2 L")
    hand.press(hand.page.get_by_role("button", name="Actionable: care was changed"))
    expect(hand.page.locator("#taken")).to_contain_text("Oxygen raised to 2 L")


def consciousness(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.get_by_role("link", name="Round"))
    hand.press(hand.page.locator("#round").get_by_text("Alert", exact=True))
    hand.press(hand.page.get_by_text("Room air", exact=True))
    hand.press(hand.page.get_by_role("button", name=re.compile("^Save consciousness")))
    expect(hand.page.locator("#done")).to_contain_text("Alert, room air")


def own_limit(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.locator(".alert a", has_text=WHO).first)
    expect(hand.page.locator("#name")).to_have_text(WHO)
    hand.press(hand.page.get_by_role("tab", name="Plan and limits"))
    hand.press(hand.page.get_by_role("button", name="Change the limits of Heart rate"))
    hand.type("42")
    dialog = hand.page.get_by_role("dialog")
    expect(dialog.locator(".found")).to_contain_text("1 patient, ")
    hand.key("Enter")
    hand.type("an athlete")
    hand.press(dialog.get_by_role("button", name="Save"))
    expect(hand.page.locator("#limits-now")).to_contain_text("an athlete")


def wards_limit(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.get_by_role("link", name="Settings"))
    hand.press(hand.page.locator('[name="limits.hr.high"]'))
    hand.key("ControlOrMeta+a")
    hand.type("125")
    hand.press(hand.page.get_by_role("button", name="See last week, and save"))
    dialog = hand.page.get_by_role("dialog")
    expect(dialog.locator(".found")).to_contain_text("patient-days, replayed")
    hand.type("too many calls by night")
    hand.press(dialog.get_by_role("button", name="Save"))
    expect(hand.page.locator("#history")).to_contain_text("too many calls by night")


def sick(hand: Hand, ward: SeededWard) -> None:
    before = plan(ward)
    hand.press(hand.page.get_by_role("link", name="Capacity"))
    lund = hand.page.locator("#shifts tr", has_text="Nurse Pia Lund")
    hand.press(lund.get_by_role("button", name=re.compile("^Absent…")))
    hand.type("ill")
    hand.press(hand.page.get_by_role("dialog").get_by_role("button", name="Save"))
    expect(lund).to_contain_text("ill")
    becomes(lambda: plan(ward), lambda now: now != before)
    expect(hand.page.locator("#plan")).to_contain_text("a shift changed")


def admit(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.get_by_role("link", name="Patients", exact=True))
    hand.press(hand.page.get_by_role("link", name="Admit a patient"))
    expect(hand.page.get_by_label("Name", exact=True).first).to_be_focused()
    name = NEW[hand.page.evaluate("innerWidth")]
    hand.type(name)
    hand.key("Tab")
    hand.type("07041951")
    hand.choose(hand.page.get_by_label("Sex"), "female")
    hand.press(hand.page.get_by_label("Register a device now"))
    hand.press(hand.page.get_by_label("What it is"))
    hand.type("oximeter")
    hand.press(hand.page.get_by_role("button", name="Admit"))
    expect(hand.page.locator("#done h2")).to_contain_text(f"{name}, 1951-")
    expect(hand.page.locator("#done .qr svg")).to_be_visible()


def give(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.get_by_role("link", name="Handover"))
    hand.press(hand.page.get_by_text("Hand over to a colleague"))
    hand.press(hand.page.get_by_label(re.compile(f"^Hand over {WHO}")))
    hand.choose(hand.page.get_by_label("To", exact=True), "lund, nurse, at work")
    hand.press(hand.page.get_by_role("button", name="Sign: I hand over"))
    expect(hand.page.locator("#given")).to_contain_text("It is yours until they sign")


def take_over(hand: Hand, _ward: SeededWard) -> None:
    hand.press(hand.page.get_by_role("link", name="Handover"))
    hand.press(
        hand.page.get_by_role("button", name=re.compile("^Sign: I take over 1 patient")).first
    )
    expect(hand.page.locator("#offers .offer .signed").first).to_contain_text("lund took over")


TASKS: dict[str, tuple[str, Callable[[Hand, SeededWard], None]]] = {
    "the sickest patient, and why": ("singh", sickest),
    "take on a deterioration": ("singh", take_on),
    "close it with outcome and note": ("singh", close),
    "record consciousness and oxygen": ("lund", consciousness),
    "change a patient's limit with a reason, last week seen": ("singh", own_limit),
    "change a ward's limit with a reason, last week seen": ("carla", wards_limit),
    "admit a patient with a device and its QR code": ("carla", admit),
    "hand over a patient, and sign": ("singh", give),
    "take over, and sign": ("lund", take_over),
    "report somebody sick and see the new plan": ("carla", sick),
}


def told() -> dict[str, tuple[int, ...]]:
    """What the table says: clicks, taps, pages, seconds."""
    row = r"^\| (.+?) \| \w+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|"
    found = re.findall(row, TABLE.read_text(), re.MULTILINE)
    return {task: tuple(int(one) for one in figures) for task, *figures in found}


def plan(ward: SeededWard) -> object:
    with ward.client("carla") as carla:
        return carla.get("/allocation").raise_for_status().json()["id"]


LACK = """UPDATE patient_now SET assessment = assessment || jsonb_build_object(
    'kept', assessment->'news2', 'news2', %s::jsonb) WHERE patient_no = ANY (%s)"""
GIVE_BACK = """UPDATE patient_now SET assessment = assessment - 'kept' ||
    jsonb_build_object('news2', assessment->'kept') WHERE patient_no = ANY (%s)"""


@pytest.fixture
def prepared(desk: Desk, ward: SeededWard) -> Iterator[None]:
    """One who deteriorates, two who lack nothing but what staff tell; afterwards as before.

    After ``desk``, which ends what others raised.
    """
    assert desk.complaints == []
    lacking = [ward.number(ward.patients[name]) for name in LACKING]
    with ward.client("carla") as carla:
        settings: dict[str, Any] = carla.get("/wards/main/settings").raise_for_status().json()
    news2 = {"score": None, "low": 1, "high": 6, "band": "low", "missing": ["acvpu", "o2"]}
    ward.execute(LACK, json.dumps(news2), lacking)
    ward.find(WHO)
    yield
    ward.execute(GIVE_BACK, lacking)
    _undo(ward, settings)


def _undo(ward: SeededWard, settings: dict[str, Any]) -> None:
    with ward.client("singh") as doctor:
        doctor.patch(f"/patients/{ward.patients[WHO]}", json={"limits": {}}).raise_for_status()
    with ward.client("carla") as carla:
        now = carla.get("/wards/main/settings").raise_for_status().json()
        high = {"hr": {"high": settings["limits"]["hr"]["high"]}}
        back = {"revision": now["revision"], "reason": "as before", "limits": high}
        carla.put("/wards/main/settings", json=back).raise_for_status()
        for shift in carla.get("/shifts").raise_for_status().json()["items"]:
            carla.delete(f"/shifts/{shift['id']}/absence")
    ward.end_alerts([WHO])


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize(("at", "size"), [(0, DESKTOP), (1, PHONE)], ids=["desk", "phone"])
def test_each_task_takes_as_many_presses_as_the_table_says(
    desk: Desk, ward: SeededWard, at: int, size: dict[str, int]
) -> None:
    table = told()
    assert table.keys() == TASKS.keys()
    for task, (who, do) in TASKS.items():
        hand = Hand(desk.open(who, "/", viewport=size))
        began = time.monotonic()
        do(hand, ward)
        took = time.monotonic() - began
        print(f"{task}: {hand.clicks} presses, {took:.1f} s of page")  # noqa: T201 - shown with pytest -rP
        expected = (table[task][at], *table[task][2:])
        assert (hand.clicks, hand.pages, hand.seconds()) == expected, task
        hand.page.context.close()
