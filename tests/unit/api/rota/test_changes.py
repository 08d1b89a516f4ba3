"""What a new plan changes, and why, in words."""

from analytics.allocation.allocate import Demand, Doctor, Plan, allocate
from api.rota.changes import Before, because, changes, moved
from api.rota.telling import sentence

NAMES = {"brandt": "Dr Brandt", "cai": "Dr Cai"}
PEOPLE = {"li": "Anna Li", "new": "Bo Ek"}


def doctor(name: str, *skills: str, rate: float = 0.0) -> Doctor:
    return Doctor(id=name, minutes=60.0, cost_per_hour=rate, skills=("doctor", *skills))


def told(before: Before, doctors: list[Doctor], demands: list[Demand]) -> list[str]:
    plan = allocate(doctors, demands)
    found = changes(before, doctors, demands, {}, plan)
    return [
        f"{PEOPLE[one['patient']]}: {one['from'] and NAMES[one['from']]} to "
        f"{one['to'] and NAMES[one['to']]}, because {because(one['reason'], NAMES, PEOPLE)}"
        for one in found
    ]


def test_who_falls_ill_is_named_with_the_reason() -> None:
    before = Before(doctor={"li": "brandt"}, gone={"brandt": "is absent: reported sick"})
    asked = [Demand(patient="li", minutes=10, current_doctor="brandt")]
    assert told(before, [doctor("cai")], asked) == [
        "Anna Li: Dr Brandt to Dr Cai, because Dr Brandt is absent: reported sick"
    ]


def test_who_makes_room_is_told_for_whom() -> None:
    before = Before(doctor={"li": "brandt"}, minutes={"li": 30})
    asked = [
        Demand(patient="li", minutes=30, current_doctor="brandt"),
        Demand(patient="new", minutes=60, acuity=6, skills=("respiratory",)),
    ]
    there = [doctor("brandt", "respiratory"), doctor("cai")]
    assert told(before, there, asked) == [
        "Anna Li: Dr Brandt to Dr Cai, because Dr Brandt needs the time for Bo Ek",
        "Bo Ek: None to Dr Brandt, because they had nobody",
    ]


def test_nobody_is_a_change_with_its_reason() -> None:
    before = Before(doctor={"li": "brandt"})
    asked = [Demand(patient="li", minutes=90, current_doctor="brandt")]
    [line] = told(before, [doctor("brandt")], asked)
    assert line == "Anna Li: Dr Brandt to None, because nobody at work has the time"


def test_who_stays_is_no_change() -> None:
    before = Before(doctor={"li": "brandt"})
    asked = [Demand(patient="li", minutes=10, current_doctor="brandt")]
    assert told(before, [doctor("brandt"), doctor("cai")], asked) == []


def test_relief_is_told_as_a_sentence() -> None:
    asked = [Demand(patient="li", minutes=42, skills=("respiratory",), deadline_minutes=120)]
    plan: Plan = allocate([doctor("cai", rate=60.0)], asked)
    [way] = plan.relief
    assert sentence(
        {
            "kind": way.kind,
            "minutes": way.minutes,
            "skills": way.skills,
            "cost": way.cost,
            "wait": way.wait,
        },
        "Dr Cai",
    ) == ("Dr Cai has the time, and lacks respiratory: 42 min, costs 42.00")


def test_moves_are_those_who_are_with_somebody_else_than_before() -> None:
    had = {"li": "brandt", "ek": "cai"}
    asked = [Demand(patient=who, minutes=10, current_doctor="cai") for who in ("li", "ek", "new")]
    plan = allocate([doctor("cai")], asked)
    assert plan.moves == 0, "asked for with whom they were best with"
    assert moved(had, plan) == 1
