"""The frames: nothing inline, nothing from elsewhere, every role's own pages."""

# ruff: noqa: RUF001 - Chinese has commas and full stops of its own

import re
from dataclasses import replace
from uuid import UUID

import pytest

from analytics.domain.care import Role
from analytics.policy import Policy
from analytics.rules.patient_report import QUESTIONS
from analytics.ward.questionnaires import QUESTIONNAIRES
from api.auth.sessions import Caller
from api.dashboard import frames
from api.dashboard.administration import REASONS, limits_shown
from api.dashboard.chart import PARTS
from api.dashboard.visits import own_path
from api.language import catalogue_of, speaking

STATIC = frames.HERE / "static"
CARE: dict[str, object] = {
    "limits": limits_shown(Policy()),
    "scale_2_low": 86.0,
    "ward_profile": "standard",
    "profiles": {"standard": "for most"},
}
SHOWN: dict[str, dict[str, object]] = {
    "login": {
        "next": "/",
        "told": "",
        "username": "",
        "otp": True,
        "provider": "SSO",
        "mails": True,
    },
    "panel": {},
    "feed": {},
    "handover": {},
    "round": {},
    "capacity": {},
    "patient": {
        "patient": UUID(int=1),
        "parts": PARTS,
        "may_enter": True,
        "sets_limits": True,
        "manages": True,
        **CARE,
    },
    "patients": {},
    "admit": CARE,
    "start": {"opens_accounts": True},
    "people": {"accounts": True, "least": 12},
    "refused": {"reasons": REASONS},
    "hl7": {"here": frames.REFUSED},
    "register": {"least": 12},
    "join": {"least": 12},
    "keys": {"kinds": "alerts"},
    "log": {},
    "entering": {"next": "/"},
    "account": {"username": "singh", "least": 12, "chosen": None},
    "mine": {"patient": UUID(int=1), "questions": QUESTIONS, "forms": QUESTIONNAIRES},
}


def caller(role: Role = Role.DOCTOR, name: str = "Dr <b>Singh</b>") -> Caller:
    return Caller(
        user_id=UUID(int=2),
        username="singh",
        display_name=name,
        role=role,
        state="active",
        ward="main",
        patient_no=None,
        session=b"",
        by_cookie=True,
    )


def text_of(name: str) -> str:
    visitor = None if name in {"login", "register"} else caller()
    return bytes(frames.frame(name, visitor, **SHOWN[name]).body).decode()


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(name: str) -> None:
    text = text_of(name)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "<style" not in text
    assert not re.search(r"\s(?:on\w+|style)=", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)
    assert "not a medical device and not for primary alarming" in text


@pytest.mark.parametrize("name", SHOWN)
def test_every_static_file_exists(name: str) -> None:
    for address in re.findall(r"\"/static/([^\"]+)\"", text_of(name)):
        assert address.startswith("vendor/") or (STATIC / address).is_file()


def test_every_import_of_a_script_exists() -> None:
    for script in (STATIC / "js").rglob("*.js"):
        for address in re.findall(r"from \"(\.[^\"]+)\"", script.read_text()):
            assert "vendor" in address or (script.parent / address).resolve().is_file()


def test_scripts_never_write_markup() -> None:
    for script in (STATIC / "js").rglob("*.js"):
        assert not re.search(
            r"innerHTML|insertAdjacentHTML|document\.write|eval\(", script.read_text()
        )


def test_a_name_is_escaped() -> None:
    assert "&lt;b&gt;Singh" in text_of("panel")


@pytest.mark.parametrize("role", Role)
def test_everybody_has_a_first_page_of_their_own(role: Role) -> None:
    assert frames.may_open(caller(role), frames.first_page(caller(role)))


def test_patients_and_clinicians_do_not_share_pages() -> None:
    assert not frames.may_open(caller(Role.PATIENT), frames.PANEL)
    assert not frames.may_open(caller(Role.DOCTOR), frames.CAPACITY)


def test_an_administrator_without_clinical_data_has_pages_of_the_office_alone() -> None:
    office = replace(caller(Role.ADMIN), office_only=True)
    assert frames.first_page(office) == frames.PEOPLE
    assert frames.may_open(caller(Role.ADMIN), frames.PANEL)
    for closed in (frames.PANEL, frames.FEED, frames.PATIENTS, frames.REFUSED, frames.ROUND):
        assert not frames.may_open(office, closed), closed


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/handover", "/handover"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\nb", "/"),
        ("", "/"),
    ],
)
def test_no_redirect_leads_away(asked: str, answered: str) -> None:
    assert own_path(asked) == answered


def test_scripts_stay_short() -> None:
    for script in (STATIC / "js").rglob("*.js"):
        assert len(script.read_text().splitlines()) <= 120


def test_limits_are_offered_for_what_can_be_limited_with_the_wards_own() -> None:
    rows = {row.name: row for row in limits_shown(Policy())}
    assert set(rows) == {"hr", "spo2", "rr", "temp", "sbp", "dbp", "glucose", "weight"}
    assert (rows["spo2"].low, rows["spo2"].high) == (91, None)
    assert (rows["temp"].unit, rows["sbp"].unit) == ("°C", "mmHg")


def test_a_patients_page_speaks_their_language_and_a_page_of_staff_does_not() -> None:
    with speaking(catalogue_of("zh-Hans")):
        own = bytes(frames.frame("mine", caller(Role.PATIENT), **SHOWN["mine"]).body).decode()
        theirs = bytes(frames.frame("panel", caller()).body).decode()
    assert '<html lang="zh-Hans" dir="ltr" data-locale="zh-Hans-CN" data-glucose="mmol/L">' in own
    assert "紧急情况下，请立即拨打急救电话。" in own
    assert "做事时提不起劲或没有兴趣" in own
    assert "血糖 mmol/L" in own
    assert '<html lang="en"' in theirs
    assert "Log out" in theirs


def test_a_link_in_a_sentence_holds_no_markup_of_others() -> None:
    text = bytes(frames.frame("login", **SHOWN["login"]).body).decode()
    assert 'can <a href="/register">open an account of their own</a>.' in text
    assert '<a href="/language?to=zh-Hans&amp;next=/login%3Fnext%3D/" lang="zh-Hans">' in text
