"""What if: people away, more work, more people unwell."""

import math

from analytics.allocation.generator import ward
from analytics.allocation.scenarios import Scenario, changed


def test_away_extra_and_factor() -> None:
    there = ward(patients=40, staff=5, load=0.8, seed=1)
    gone = there.doctors[0].id
    doctors, demands = changed(
        there.doctors,
        there.demands,
        Scenario(away=frozenset({gone}), extra=[there.doctors[0]], demand=2.0),
    )
    assert [one.id for one in doctors] == [*(one.id for one in there.doctors[1:]), gone]
    assert [one.minutes for one in demands] == [round(2 * one.minutes, 2) for one in there.demands]


def test_a_heat_wave_makes_routine_patients_worse_and_nobody_better() -> None:
    there = ward(patients=2_000, staff=100, load=0.8, seed=1)
    scenario = Scenario(reviews=0.2, urgent=0.05)
    _, demands = changed(there.doctors, there.demands, scenario)
    routine = [one for one in there.demands if one.deadline_minutes is None]
    after = {one.patient: one for one in demands}
    urgent = [one for one in routine if after[one.patient].acuity >= 5]
    reviewed = [one for one in routine if after[one.patient].deadline_minutes == 240]
    assert len(urgent) == math.ceil(0.05 * len(routine))
    assert len(reviewed) == math.ceil(0.2 * len(routine))
    assert all(after[one.patient].minutes >= one.minutes for one in there.demands)
    assert all("doctor" in after[one.patient].skills for one in urgent)
    assert changed(there.doctors, there.demands, scenario)[1] == demands, "the same each time"


def test_deadlines_come_sooner_for_all_who_have_one_and_for_nobody_else() -> None:
    there = ward(patients=200, staff=10, load=0.8, seed=1)
    _, before = changed(there.doctors, there.demands, Scenario(reviews=0.2))
    _, after = changed(there.doctors, there.demands, Scenario(reviews=0.2, deadlines=0.5))
    halved = [
        None if one.deadline_minutes is None else round(one.deadline_minutes / 2, 2)
        for one in before
    ]
    assert [one.deadline_minutes for one in after] == halved
    assert {one is None for one in halved} == {True, False}
    assert [one.minutes for one in after] == [one.minutes for one in before]
