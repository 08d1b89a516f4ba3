"""Work hour by hour: an hour can be overfull though the shift is not."""

import random

import pytest

from analytics.allocation.hours import EXPECTED, SCHEDULED, StaffHours, TimedWork, through_hours

DOCTOR, NURSE = frozenset({"doctor"}), frozenset({"nurse"})


def staff(skills: frozenset[str], *minutes: float, reserve: float = 0.0) -> StaffHours:
    return StaffHours(skills=skills, minutes=minutes, whole=[one + reserve for one in minutes])


def test_an_hour_is_overfull_though_the_shift_has_time_enough() -> None:
    people = [staff(DOCTOR, 60, 60, 60, 60)]
    work = [
        TimedWork(minutes=90, first=2, last=2, skills=DOCTOR, urgency=2, source=EXPECTED),
        TimedWork(minutes=60, first=0, last=3),
    ]
    found = through_hours(work, people, 4)
    assert found is not None
    [one] = found.overfull
    assert (one.skills, one.first, one.last, one.minutes) == (("doctor",), 2, 2, 30)
    assert one.sources == {EXPECTED: 30}
    assert found.done[EXPECTED] == [0, 0, 60, 0]
    assert found.done["open"] == [60, 0, 0, 0], "what can be done early is"


def test_what_may_wait_makes_room_for_what_may_not() -> None:
    people = [staff(NURSE, 60, 60)]
    work = [
        TimedWork(minutes=60, first=0, last=1, source=SCHEDULED),
        TimedWork(minutes=60, first=0, last=0, urgency=1),
    ]
    found = through_hours(work, people, 2)
    assert found is not None
    assert found.overfull == []
    assert found.done[SCHEDULED] == [0, 60]


def test_the_least_urgent_is_what_is_short_and_hours_that_touch_are_one() -> None:
    people = [staff(DOCTOR, 30, 30, 30)]
    work = [TimedWork(minutes=30, first=at, last=at, skills=DOCTOR, urgency=2) for at in range(2)]
    work += [TimedWork(minutes=10, first=at, last=at) for at in range(3)]
    found = through_hours(work, people, 3)
    assert found is not None
    [one] = found.overfull
    assert (one.skills, one.first, one.last, one.minutes, one.urgency) == ((), 0, 1, 20, 0)


def test_the_reserve_is_for_emergencies_alone() -> None:
    people = [staff(DOCTOR, 48, reserve=12)]
    emergency = TimedWork(minutes=60, first=0, last=0, skills=DOCTOR, urgency=3)
    found = through_hours([emergency], people, 1)
    assert found is not None
    assert found.overfull == []
    plain = through_hours([TimedWork(minutes=60, first=0, last=0, skills=DOCTOR)], people, 1)
    assert plain is not None
    assert [one.minutes for one in plain.overfull] == [12]


def test_with_nobody_there_everything_is_short_and_nothing_asked_is_nothing_short() -> None:
    found = through_hours([TimedWork(minutes=5, first=0, last=9)], [], 2)
    assert found is not None
    assert [(one.first, one.last, one.minutes) for one in found.overfull] == [(0, 1, 5)]
    nothing = through_hours([], [], 2)
    assert nothing is not None
    assert nothing.overfull == []


@pytest.mark.parametrize("seed", range(20))
def test_no_minute_is_lost_and_nobody_has_more_than_their_hour(seed: int) -> None:
    chance = random.Random(seed)
    people = [
        staff(
            frozenset(chance.sample(("doctor", "nurse", "x"), 2)),
            *(chance.choice((0, 30, 60)) for _ in range(5)),
        )
        for _ in range(4)
    ]
    work = []
    for _ in range(30):
        first = chance.randrange(5)
        work.append(
            TimedWork(
                minutes=chance.uniform(1, 30),
                first=first,
                last=chance.randrange(first, 6),
                skills=frozenset(chance.sample(("doctor", "x"), chance.randint(0, 1))),
                urgency=chance.randrange(3),
            )
        )
    found = through_hours(work, people, 5)
    assert found is not None
    done = [sum(each[hour] for each in found.done.values()) for hour in range(5)]
    there = [sum(one.minutes[hour] for one in people) for hour in range(5)]
    assert all(a <= b + 0.5 for a, b in zip(done, there, strict=True))
    short = sum(one.minutes for one in found.overfull)
    assert sum(done) + short == pytest.approx(sum(one.minutes for one in work), abs=3)


def test_a_question_too_large_to_build_is_left_unanswered() -> None:
    people = [staff(frozenset({f"s{n}"}), *[60.0] * 13) for n in range(300)]
    work = [
        TimedWork(minutes=1, first=0, last=n % 13, skills=frozenset({f"s{n % 300}", f"t{n}"}))
        for n in range(300)
    ]
    assert through_hours(work, people, 13) is None
