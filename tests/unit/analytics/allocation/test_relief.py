"""What would help where a plan falls short, the cheapest first."""

from analytics.allocation.allocate import Demand, Doctor, allocate


def test_minutes_skill_and_when_are_told_and_the_most_urgent_first() -> None:
    there = [Doctor(id="a", minutes=120, skills=("doctor",))]
    asked = [
        Demand(patient="p", minutes=12, skills=("respiratory",), deadline_minutes=120),
        Demand(patient="q", minutes=30, acuity=6, skills=("respiratory",), deadline_minutes=60),
    ]
    plan = allocate(there, asked)
    assert [one.patient for one in plan.unmet] == ["q", "p"]
    [short] = plan.shortage
    assert (short.skill, short.minutes, short.by_minutes) == ("respiratory", 42, 120)


def test_routine_work_that_can_wait_is_the_cheapest_then_an_hour_more() -> None:
    there = [
        Doctor(id="dear", minutes=30, cost_per_hour=120, skills=("doctor",)),
        Doctor(id="cheap", minutes=30, cost_per_hour=60, skills=("doctor",)),
    ]
    routine = [Demand(patient=f"r{at}", minutes=30) for at in range(2)]
    urgent = [Demand(patient=f"u{at}", minutes=30, acuity=6) for at in range(2)]
    plan = allocate(there, [*routine, *urgent])
    assert {one.patient for one in plan.unmet} == {"r0", "r1"}, "the urgent have the doctors"
    [more] = plan.relief
    assert (more.kind, more.doctor, more.minutes, more.cost) == ("extra_time", "cheap", 60, 60)


def test_who_has_time_and_lacks_the_skill_is_offered_and_routine_work_may_wait() -> None:
    there = [
        Doctor(id="able", minutes=30, cost_per_hour=100, skills=("doctor", "respiratory")),
        Doctor(id="free", minutes=60, cost_per_hour=80, skills=("doctor",)),
    ]
    asked = [
        Demand(patient="r", minutes=20, skills=("respiratory",)),
        Demand(patient="u", minutes=30, acuity=6, skills=("respiratory",)),
    ]
    plan = allocate(there, asked)
    assert [one.patient for one in plan.unmet] == ["r"]
    assert [(one.kind, one.doctor) for one in plan.relief] == [
        ("skill", "free"),
        ("extra_time", "able"),
    ]


def test_a_plan_that_meets_all_offers_nothing() -> None:
    assert allocate([Doctor(id="a", minutes=60)], [Demand(patient="p", minutes=10)]).relief == []
