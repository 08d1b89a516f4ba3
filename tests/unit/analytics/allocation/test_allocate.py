"""The allocation: the article's case, the order of the aims, reasons, and brute force."""

from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.allocation.allocate import Demand, Doctor, allocate
from analytics.allocation.greedy import greedy
from analytics.allocation.problem import UNMET, Aims, Choice, Problem, pose

SKILLS = ("cardiology", "respiratory")


def test_the_article_costs_240() -> None:
    doctors = [
        Doctor(id=name, minutes=480, cost_per_hour=rate)
        for name, rate in zip("abcd", (10, 12, 8, 12), strict=True)
    ]
    demands = [Demand(patient=f"p{at}", minutes=60 * (2, 3, 1)[at % 3]) for at in range(12)]
    plan = allocate(doctors, demands)
    assert plan.status == "optimal"
    assert plan.cost == plan.bound == 240
    assert all(load.load_minutes <= 480 for load in plan.loads)
    assert len(plan.assignments) == 12


def test_who_would_wait_past_their_deadline_is_told() -> None:
    doctor = Doctor(id="a", minutes=120)
    asked = [
        Demand(patient="first", minutes=20, deadline_minutes=30, acuity=5),
        Demand(patient="second", minutes=20, deadline_minutes=30, acuity=6),
        Demand(patient="calm", minutes=20),
    ]
    plan = allocate([doctor], asked)
    [late] = plan.late
    assert (late.patient, late.doctor) == ("first", "a"), "the more acute of equals comes first"
    assert (late.minutes, late.deadline_minutes) == (10, 30)
    assert allocate([doctor, Doctor(id="b", minutes=60)], asked).late == []


def test_what_is_expected_later_is_not_short_by_the_deadline() -> None:
    asked = Demand(
        patient="p", minutes=12, later_minutes=7, deadline_minutes=60, skills=("respiratory",)
    )
    plan = allocate([Doctor(id="a", minutes=200)], [asked])
    [short] = plan.shortage
    assert (short.minutes, short.later_minutes, short.by_minutes) == (12, 7, 60)
    assert (plan.unmet[0].minutes, plan.unmet[0].later_minutes) == (12, 7)


def test_answer_has_the_shape_of_the_interface() -> None:
    plan = allocate([Doctor(id="a", minutes=10)], [Demand(patient="p", minutes=30, skills=("x",))])
    told = msgspec.to_builtins(plan)
    assert told == {
        "status": "infeasible",
        "cost": 0,
        "bound": 0,
        "assignments": [],
        "loads": [{"doctor": "a", "minutes": 10, "load_minutes": 0, "patients": 0}],
        "moves": 0,
        "unmet": [
            {"patient": "p", "minutes": 30, "reason": "no_skill", "acuity": 0, "later_minutes": 0}
        ],
        "shortage": [
            {"skill": "x", "minutes": 30, "patients": 1, "by_minutes": None, "later_minutes": 0}
        ],
        "relief": [],
        "late": [],
    }


def test_nothing_to_do_and_nobody_there() -> None:
    assert allocate([], []).status == "optimal"
    plan = allocate([], [Demand(patient="p", minutes=5)])
    assert [one.reason for one in plan.unmet] == ["nobody"]


def test_no_doctor_is_not_told_as_no_skill() -> None:
    nurse = Doctor(id="n", minutes=60, skills=("nurse",))
    doctor = Doctor(id="d", minutes=60, skills=("doctor",))
    wanted = [
        Demand(patient="p", minutes=5, skills=("doctor",)),
        Demand(patient="q", minutes=5, skills=("cardiology",)),
        Demand(patient="r", minutes=5, skills=("cardiology", "doctor")),
    ]

    def reasons(*there: Doctor) -> list[str]:
        return [one.reason for one in allocate(there, wanted).unmet]

    assert reasons() == ["nobody", "nobody", "nobody"]
    assert reasons(nurse) == ["no_doctor", "no_skill", "no_doctor"]
    assert reasons(nurse, doctor) == ["no_skill", "no_skill"]


def test_what_must_be_somebodys_takes_the_reserve_then_overloads() -> None:
    people = [
        Doctor(id="a", minutes=40, reserve_minutes=10),
        Doctor(id="b", minutes=40, reserve_minutes=20),
    ]
    full = [Demand(patient=f"p{at}", minutes=20) for at in range(4)]
    emergency = Demand(patient="e", minutes=30, acuity=7, must=True)
    plan = allocate(people, [*full, emergency])
    assert plan.unmet == []
    loads = {one.doctor: one.load_minutes for one in plan.loads}
    assert loads == {"a": 40, "b": 70}, "where it overloads least"
    plain = allocate(people, [*full, Demand(patient="e", minutes=20)])
    assert [one.reason for one in plain.unmet] == ["no_time"], "the reserve is for that alone"


def test_an_emergency_takes_a_nurses_free_time_before_it_overloads_the_doctor() -> None:
    doctor = Doctor(id="d", minutes=30, reserve_minutes=10, skills=("doctor",))
    nurse = Doctor(id="n", minutes=50, reserve_minutes=10, skills=("nurse",))

    def given(emergencies: int) -> list[str]:
        asked = [
            Demand(patient=f"e{at}", minutes=30, acuity=8, skills=("doctor",), must=True)
            for at in range(emergencies)
        ]
        return sorted(one.doctor for one in allocate([doctor, nurse], asked).assignments)

    assert given(1) == ["d"]
    assert given(3) == ["d", "n", "n"]
    assert given(4) == ["d", "d", "n", "n"], "what is too much for both is the doctor's"


def test_an_emergency_is_somebodys_who_is_full_of_patients() -> None:
    one = Doctor(id="a", minutes=60, max_patients=1)
    closed = Doctor(id="b", minutes=60, max_patients=0)
    demands = [Demand(patient="p", minutes=10), Demand(patient="e", minutes=30, must=True)]
    plan = allocate([closed, one], demands)
    assert {each.doctor for each in plan.assignments} == {"a"}
    assert plan.unmet == []


def test_urgent_comes_before_many() -> None:
    demands = [Demand(patient=f"p{at}", minutes=10) for at in range(3)]
    demands.append(Demand(patient="urgent", minutes=30, acuity=7))
    plan = allocate([Doctor(id="a", minutes=30)], demands)
    assert [one.patient for one in plan.assignments] == ["urgent"]
    assert {one.reason for one in plan.unmet} == {"no_time"}


def test_places_are_a_reason() -> None:
    demands = [Demand(patient=f"p{at}", minutes=10) for at in range(2)]
    plan = allocate([Doctor(id="a", minutes=60, max_patients=1)], demands)
    assert [one.reason for one in plan.unmet] == ["max_patients"]


def test_staying_beats_saving_and_deadlines_beat_staying() -> None:
    doctors = [
        Doctor(id="dear", minutes=480, cost_per_hour=90),
        Doctor(id="cheap", minutes=480, cost_per_hour=10),
    ]
    stays = [Demand(patient="p", minutes=60, current_doctor="dear")]
    assert allocate(doctors, stays).assignments[0].doctor == "dear"
    pressed = [
        Demand(patient=f"p{at}", minutes=30, current_doctor="dear", deadline_minutes=30)
        for at in range(2)
    ]
    plan = allocate(doctors, pressed)
    assert {one.doctor for one in plan.assignments} == {"dear", "cheap"}
    assert plan.moves == 1


def test_loads_are_evened_out_last() -> None:
    doctors = [Doctor(id=name, minutes=120, cost_per_hour=10) for name in "ab"]
    demands = [Demand(patient=f"p{at}", minutes=30) for at in range(4)]
    plan = allocate(doctors, demands)
    assert [load.load_minutes for load in plan.loads] == [60, 60]


def test_what_is_expected_later_takes_time_and_no_deadline() -> None:
    one = Doctor(id="a", minutes=60, cost_per_hour=60)
    due = [
        Demand(patient=f"p{at}", minutes=15, later_minutes=15, deadline_minutes=30)
        for at in range(2)
    ]
    plan = allocate([one], due)
    assert (plan.unmet, plan.cost, plan.loads[0].load_minutes) == ([], 60, 60)
    two = [one, Doctor(id="b", minutes=60, cost_per_hour=90)]
    assert {each.doctor for each in allocate(two, due).assignments} == {"a"}, "nobody is late"
    more = [*due, Demand(patient="p3", minutes=1)]
    assert [each.reason for each in allocate([one], more).unmet] == ["no_time"]


def test_a_pinned_patient_stays() -> None:
    doctors = [Doctor(id="a", minutes=60, cost_per_hour=9), Doctor(id="b", minutes=60)]
    demands = [Demand(patient="p", minutes=30, skills=("x",))]
    assert allocate(doctors, demands, pinned={"p": "a"}).assignments[0].doctor == "a"
    assert allocate(doctors, demands, pinned={"p": "gone"}).unmet


def test_who_left_the_shift_is_a_move() -> None:
    demands = [Demand(patient="p", minutes=10, current_doctor="gone")]
    assert allocate([Doctor(id="a", minutes=60)], demands).moves == 1


@st.composite
def doctors_of(draw: st.DrawFn) -> list[Doctor]:
    return [
        Doctor(
            id=f"d{at}",
            minutes=draw(st.sampled_from((0, 30, 60, 90))),
            cost_per_hour=draw(st.sampled_from((0, 10, 12.5, 40))),
            skills=tuple(draw(st.sets(st.sampled_from(SKILLS)))),
            max_patients=draw(st.sampled_from((None, 1, 2))),
            reserve_minutes=draw(st.sampled_from((0, 15))),
        )
        for at in range(draw(st.integers(1, 3)))
    ]


@st.composite
def demands_of(draw: st.DrawFn) -> list[Demand]:
    return [
        Demand(
            patient=f"p{at}",
            minutes=draw(st.sampled_from((10, 12.5, 30, 45))),
            acuity=draw(st.sampled_from((0, 3, 5, 7))),
            skills=tuple(draw(st.sets(st.sampled_from(SKILLS), max_size=1))),
            current_doctor=draw(st.sampled_from((None, "d0", "d1", "gone"))),
            deadline_minutes=draw(st.sampled_from((None, 15, 30, 60))),
            must=draw(st.sampled_from((False, False, True))),
        )
        for at in range(draw(st.integers(1, 5)))
    ]


def test_an_unmet_demand_lends_its_cost_to_no_other() -> None:
    doctors = [
        Doctor(id="free", minutes=30),
        Doctor(id="dear", minutes=30, cost_per_hour=10, skills=("cardiology",)),
    ]
    easy = [Demand(patient=patient, minutes=10) for patient in ("p0", "p1")]
    too_long = Demand(patient="p2", minutes=45, skills=("cardiology",))
    plan = allocate(doctors, [*easy, too_long])
    assert (plan.cost, {one.doctor for one in plan.assignments}) == (0, {"free"})


@settings(max_examples=40, deadline=None)
@given(doctors_of(), demands_of())
def test_no_plan_is_better_by_brute_force(doctors: list[Doctor], demands: list[Demand]) -> None:
    problem = pose(doctors, demands, {})
    best = min(
        _order(problem.aims(list(choice)))
        for choice in product(*[(UNMET, *able) for able in problem.able])
        if _fits(problem, list(choice))
    )
    plan = allocate(doctors, demands)
    at = {doctor.id: index for index, doctor in enumerate(doctors)}
    given_to = {one.patient: at[one.doctor] for one in plan.assignments}
    choice = [given_to.get(demand.patient, UNMET) for demand in demands]
    assert _fits(problem, choice)
    assert _order(problem.aims(choice)) == best
    assert plan.bound <= plan.cost + 1e-6
    if plan.status == "optimal":
        assert plan.cost == pytest.approx(plan.bound)


@settings(max_examples=50, deadline=None)
@given(doctors_of(), demands_of())
def test_the_first_plan_is_feasible(doctors: list[Doctor], demands: list[Demand]) -> None:
    problem = pose(doctors, demands, {})
    choice = greedy(problem)
    assert _fits(problem, choice)
    assert all(doctor == UNMET or doctor in problem.able[at] for at, doctor in enumerate(choice))


def test_the_same_input_gives_the_same_plan() -> None:
    doctors = [Doctor(id=f"d{at}", minutes=240, cost_per_hour=40 + at % 3) for at in range(5)]
    demands = [Demand(patient=f"p{at}", minutes=5 + at * 7 % 30, acuity=at % 9) for at in range(40)]
    assert allocate(doctors, demands) == allocate(doctors, demands)


def _fits(problem: Problem, choice: Choice) -> bool:
    within = all(
        load <= capacity
        for load, capacity in zip(problem.planned(choice), problem.capacity, strict=True)
    )
    plain = [to for to, must in zip(choice, problem.must, strict=True) if not must]
    return within and all(plain.count(at) <= most for at, most in enumerate(problem.places))


def _order(aims: Aims) -> tuple[int, ...]:
    return (
        aims.urgent_unmet,
        aims.unmet,
        aims.overload,
        aims.stand_ins,
        aims.lateness,
        aims.moves,
        aims.cost,
        aims.imbalance,
    )
