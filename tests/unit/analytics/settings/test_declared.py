"""Everything that decides is settable under a name, within bounds, or fixed with a reason."""

import re
from dataclasses import fields
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import settings
from analytics.domain.care import Limit
from analytics.domain.vitals import Metric
from analytics.policy import MINUTE_MS, Policy
from analytics.settings import (
    ABOUT,
    CATALOG,
    FIXED,
    FORMER,
    GROUPS,
    PROFILES,
    RefusedSetting,
    UnconfirmedSetting,
)
from analytics.settings.declared import OWNERS

NUMERIC = [one for one in CATALOG.values() if one.kind == "number" and one.default is not None]
WORDS = [one for one in CATALOG.values() if one.kind != "number"]
ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_each_field_of_a_policy_can_be_set_or_is_fixed_with_a_reason(owner: type) -> None:
    """Declare a new field in ``analytics.settings.declared`` (and say its source), or fix it."""
    for field in fields(owner):  # type: ignore[arg-type]
        declared = field.name in OWNERS[owner]
        assert declared != (field.name in FIXED), f"{owner.__name__}.{field.name}"
        set_by = [one for one in CATALOG.values() if (one.owner, one.field) == (owner, field.name)]
        assert bool(set_by) == declared, field.name
    assert set(OWNERS[owner]) <= {field.name for field in fields(owner)}  # type: ignore[arg-type]


def test_nothing_is_fixed_that_no_policy_has() -> None:
    names = {field.name for owner in OWNERS for field in fields(owner)}  # type: ignore[arg-type]
    assert set(FIXED) <= names
    assert all(len(reason) > 20 for reason in FIXED.values())


@pytest.mark.parametrize("one", CATALOG.values(), ids=lambda one: one.path)
def test_each_setting_says_what_it_is_and_where_its_default_comes_from(
    one: settings.Setting,
) -> None:
    """A continued sentence (``...``) may leave the source to the line that it goes on from."""
    assert one.group in GROUPS
    if one.kind == "number":
        assert one.unit
        assert one.low < one.high
        assert one.default is None or one.low <= float(one.default) <= one.high
    if one.soft is not None and one.default is not None:
        assert one.soft[0] <= float(one.default) <= one.soft[1]
        assert one.low <= one.soft[0] < one.soft[1] <= one.high
    sourced = (
        r"proposed|design|RCP|ADA|\b(19|20)\d\d\b|Masimo|Nellcor|guidance|NEWS2|\.\.\.|the same"
    )
    assert re.search(sourced, one.source), one.source


@pytest.mark.parametrize("one", NUMERIC, ids=lambda one: one.path)
def test_what_is_set_is_what_decides_and_nothing_else_changes(one: settings.Setting) -> None:
    """Setting a default again changes nothing; another value changes its own field alone."""
    plain = settings.ward_policy("standard", {})
    assert settings.ward_policy("standard", {one.path: one.default}) == plain
    value = one.low if one.default != one.low else one.high
    changed = settings.ward_policy("standard", {one.path: value})
    parts = ("clinical", "episodes", "equipment", "retention", "budget", "contact", "observation")
    differs = {
        field.name
        for part in parts
        for field in fields(getattr(plain, part))
        if getattr(getattr(plain, part), field.name) != getattr(getattr(changed, part), field.name)
    }
    assert differs == {one.field}


SAID = {"choice": None, "person": str(UUID(int=7)), "text": "+43 1 234 567"}
REFUSED_WORDS = {"choice": "whoever", "person": "somebody", "text": "<b>\n"}


@pytest.mark.parametrize("one", WORDS, ids=lambda one: one.path)
def test_a_word_that_is_set_is_what_decides_and_a_wrong_one_is_refused(
    one: settings.Setting,
) -> None:
    plain = settings.ward_policy("standard", {})
    assert settings.ward_policy("standard", {one.path: one.default}) == plain
    value = SAID[one.kind] or next(word for word in one.choices if word != one.default)
    if one.path.endswith("email"):
        value = "night@ward.example"
    contact = {"contact.out_of_hours_phone": "+43 1 2"}
    before = settings.defaults("standard") | contact
    assert settings.check({one.path: value}, before) == []
    changed = settings.ward_policy("standard", {one.path: value})
    found = [
        getattr(part, one.field)
        for part in (changed.episodes, changed.contact)
        if hasattr(part, one.field)
    ]
    assert found == [value]
    for wrong in (REFUSED_WORDS[one.kind], 1, None, True):
        [said] = settings.check({one.path: wrong}, before)
        assert isinstance(said, RefusedSetting)


def test_a_ladder_does_not_end_at_nobody() -> None:
    """Without a contact coordinators stay called, and a contact is one that can be rung."""
    before = settings.defaults("standard")
    for said in (
        {"rungs.coordinator": "never"},
        {"rungs.coordinator": "staffed"},
        {"contact.out_of_hours_email": "night@ward.example"},
        {"contact.out_of_hours_name": "Night service"},
    ):
        [found] = settings.check(said, before)
        assert isinstance(found, RefusedSetting)
        phone = {"contact.out_of_hours_phone": "+43 1 234"}
        assert settings.check(said | phone, before) == []
        [found] = settings.check({"contact.out_of_hours_phone": ""}, before | said | phone)
        assert found.field == "contact.out_of_hours_phone"


def test_units_become_those_of_the_fields() -> None:
    made = settings.ward_policy(
        "standard", {"ages.hr": 90, "limits.hr.high": 120, "delays.clear": 60}
    )
    assert made.clinical.max_age_ms[Metric.HR] == 90 * MINUTE_MS
    assert isinstance(made.clinical.max_age_ms[Metric.HR], int)
    assert made.clinical.limits[Metric.HR] == Limit(low=40, high=120)
    assert made.clinical.clear_ms == 60_000


def test_every_profile_can_be_set_and_a_patients_goes_over_the_wards() -> None:
    for values in PROFILES.values():
        assert settings.check(values, settings.defaults("standard")) == []
    ward = settings.ward_policy("standard", {"ages.hr": 30, "ages.temp": 60}).clinical
    own = settings.own_policy(ward, "spot", {"ages.rr": 45})
    assert own.max_age_ms[Metric.HR] == 360 * MINUTE_MS
    assert own.max_age_ms[Metric.TEMP] == 60 * MINUTE_MS
    assert own.max_age_ms[Metric.RR] == 45 * MINUTE_MS
    assert settings.own_policy(ward, None, {"deadlines.urgent": 20}) is ward


def test_a_patients_own_profile_brings_its_limits() -> None:
    ward = settings.ward_policy("standard", {"limits.hr.high": 120}).clinical
    own = settings.own_policy(ward, "home_spot", {"sessions.sbp": 10, "limits.sbp.high": 200})
    assert own.limits[Metric.HR] == Limit(low=51, high=99)
    assert own.limits[Metric.SBP] == Limit(low=91, high=159)  # not by name: see the plan's limits
    assert own.session_ms[Metric.SBP] == 10 * MINUTE_MS
    assert own.limits[Metric.TEMP] == ward.limits[Metric.TEMP]


def test_every_profile_says_whom_it_is_for_and_former_ones_are_kept() -> None:
    assert set(ABOUT) == set(PROFILES) >= {"standard", "home_spot", "home_stream", "hospital"}
    assert set(PROFILES) > FORMER
    former = settings.ward_policy("stream", {})
    assert former.clinical.urgent_s == former.clinical.single_3_s == 60
    assert former.clinical.limits == Policy().limits


def test_unknown_names_and_profiles_change_nothing() -> None:
    assert settings.ward_policy("gone", {"delays.of_yore": 3}) == settings.DEFAULTS
    assert settings.DEFAULTS.clinical == Policy()


REFUSED = {
    "limits.hr.high": 251,
    "limits.temp.low": True,
    "limits.rr.low": "8",
    "critical.spo2.low": None,
    "critical.spo2.high": 90,
    "delays.of_yore": 1,
    "ladder.quiet": 1.5,
    "ages.hr": float("nan"),
    "deadlines.emergency": 0,
}


@pytest.mark.parametrize("path", REFUSED)
def test_a_hard_bound_is_never_passed(path: str) -> None:
    [found] = settings.check({path: REFUSED[path]}, settings.defaults("standard"))
    assert isinstance(found, RefusedSetting)
    assert found.field == path


@pytest.mark.parametrize(
    ("path", "value"), [("limits.spo2.low", 60), ("limits.hr.high", None), ("limits.temp.high", 41)]
)
def test_beyond_a_soft_bound_it_must_be_meant(path: str, value: float | None) -> None:
    found = settings.check({path: value}, settings.defaults("standard"))
    assert UnconfirmedSetting in {type(one) for one in found}
    assert path in {one.field for one in found}


@pytest.mark.parametrize(
    "values",
    [
        {"limits.hr.low": 90, "limits.hr.high": 85},
        {"critical.hr.high": 130, "limits.hr.high": 140},
        {"deadlines.urgent": 20},
        {"rules.risk_clear": 0.7},
        {"deadlines.emergency": 10, "steps.first_emergency": 15},
    ],
)
def test_values_that_contradict_each_other_are_refused(values: dict[str, float]) -> None:
    found = settings.check(values, settings.defaults("standard"))
    assert any(isinstance(one, RefusedSetting) and one.field in values for one in found)


def test_one_patient_cannot_have_deadlines_of_their_own() -> None:
    found = settings.check({"deadlines.urgent": 50}, settings.defaults("standard"), patient=True)
    assert found == [RefusedSetting("deadlines.urgent", "is no setting of one patient")]


@given(st.dictionaries(st.sampled_from(sorted(CATALOG)), st.floats(0, 500), max_size=8))
def test_groups_are_only_another_way_of_writing_names(values: dict[str, float]) -> None:
    assert settings.flattened(settings.nested(values)) == values


DOCS = {
    "clinical.md": re.compile(r"`((?:" + "|".join(GROUPS) + r")\.[a-z0-9_.<>]+)`"),
    "operations.md": re.compile(r"`((?:" + "|".join(GROUPS) + r")\.[a-z0-9_.<>]+)`"),
}


@pytest.mark.parametrize("name", DOCS)
def test_what_a_document_says_can_be_set_is_the_name_of_a_setting(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    named = DOCS[name].findall(text)
    groups = {path.partition(".")[0] for path in named}
    if name == "clinical.md":
        assert groups == set(GROUPS) - {"retention"}
    for path in named:
        pattern = re.escape(path).replace("<metric>", "[a-z0-9]+").replace("<side>", "(low|high)")
        assert any(re.fullmatch(pattern, known) for known in CATALOG), path


def test_each_sentence_that_says_settable_names_a_setting() -> None:
    """A promise without a name cannot be held: every such paragraph names settings or variables."""
    for name, names in DOCS.items():
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for paragraph in re.split(r"\n\s*\n|\n(?=- )", text):
            if paragraph.startswith("#"):
                continue
            if re.search(r"\bsettable\b|can be set\b|may set\b", paragraph):
                named = names.search(paragraph) or "HOMEWARD_" in paragraph
                assert named or "/settings" in paragraph, paragraph
