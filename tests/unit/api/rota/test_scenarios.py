"""A ward as it would be: its plan, its hours and its beds under a scenario."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from analytics.allocation.allocate import Demand, Doctor, allocate
from analytics.allocation.scenarios import Scenario
from api.rota.demands import PatientSeen, RotaWorker
from api.rota.expected import ExpectedMinutes, PatientOutlook
from api.rota.house import House
from api.rota.scenarios import ImaginedWard, any_ward, as_it_would_be
from api.rota.settings import RotaSettings
from api.rota.solver import Question
from api.store.types import Row

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SETTINGS = RotaSettings(outlook_hours=6)
KIT: Row = {
    "id": UUID(int=77),
    "ward": "main",
    "kind": "kit",
    "name": "monitoring kit",
    "count": 12,
    "used": 10,
    "each_patient": True,
}


def house(*people: RotaWorker, doctor: UUID | None = None, a_day: float = 120.0) -> House:
    """Ten patients, each expected to ask for so many minutes a day of somebody's time."""
    busy = ExpectedMinutes(urgent=0.0, other=a_day)
    outlook = PatientOutlook(alerts=busy, at_most=busy)
    patients = [
        PatientSeen(no=n, id=UUID(int=n), ward="main", outlook=outlook, doctor=doctor)
        for n in range(1, 11)
    ]
    return House(
        now=NOW,
        settings=SETTINGS,
        patients=patients,
        present=people,
        coming=people,
        counted={},
        beds=[KIT],
        holders=[],
    )


def nurse(n: int) -> RotaWorker:
    until = NOW + timedelta(hours=6)
    return RotaWorker(id=UUID(int=n), kind="nurse", ward="main", since=NOW, until=until)


def imagined(where: House, admissions: int = 0, **scenario: object) -> ImaginedWard:
    made = Scenario(**scenario)  # type: ignore[arg-type]
    return as_it_would_be(where, "main", made, admissions, 1.0)


def answer(one: ImaginedWard) -> dict[str, object]:
    asked = one.question
    return one.summary(allocate(asked.doctors, asked.demands, pinned=asked.pinned))


def short(told: Sequence[dict[str, float]]) -> float:
    return sum(one["minutes"] for one in told)


def test_hours_are_overfull_when_somebody_is_away_and_not_when_somebody_comes() -> None:
    ward = house(nurse(51), nurse(52))
    away = frozenset({str(UUID(int=52))})
    one = imagined(ward).hours.kept_hours()
    two = imagined(ward, away=away).hours.kept_hours()
    extra = [Doctor(id="x", minutes=360, skills=("nurse",))]
    three = imagined(ward, away=away, extra=extra).hours.kept_hours()
    assert one["overfull"] == three["overfull"] == []
    assert short(two["overfull"]) > 0


def test_more_demand_is_more_in_every_hour() -> None:
    ward = house(nurse(51), nurse(52))
    calm, more = (imagined(ward, demand=factor).hours.kept_hours() for factor in (1.0, 2.0))
    for one, other in zip(calm["hours"], more["hours"], strict=True):
        assert other["arriving"] == 2 * one["arriving"]
    assert short(more["overfull"]) > 0


def test_who_is_taken_in_needs_beds_and_time() -> None:
    ward = house(nurse(51), nurse(52))
    told = [answer(imagined(ward, admissions=n)) for n in (0, 2, 5)]
    kits = [one["resources"][0] for one in told]  # type: ignore[index]
    assert [(one["used"], one["free"], one["short"]) for one in kits] == [
        (10, 2, 0),
        (12, 0, 0),
        (15, 0, 3),
    ]
    asked = [one["minutes_asked"] for one in told]
    assert asked[0] < asked[1] < asked[2]  # type: ignore[operator]


def test_moves_count_from_whom_patients_are_with_now() -> None:
    ill = nurse(51)
    ward = house(ill, nurse(52), doctor=ill.id, a_day=30.0)
    assert answer(imagined(ward))["moves"] == 0
    gone = answer(imagined(ward, away=frozenset({str(ill.id)})))
    assert (gone["moves"], gone["unmet"]) == (10, 0)


def test_a_pin_to_somebody_who_is_away_holds_nobody() -> None:
    ill = nurse(51)
    ward = house(ill, nurse(52), doctor=ill.id)
    pinned = [PatientSeen(no=1, id=UUID(int=1), ward="main", doctor=ill.id, pinned=True)]
    one = as_it_would_be(
        House(
            now=NOW,
            settings=SETTINGS,
            patients=pinned,
            present=ward.present,
            coming=ward.coming,
            counted={},
            beds=[],
            holders=[],
        ),
        "main",
        Scenario(away=frozenset({str(ill.id)})),
        0,
        1.0,
    )
    assert one.question.pinned == {}


def test_any_ward_tells_what_fits_into_none_of_its_hours() -> None:
    question = Question(
        doctors=[Doctor(id="a", minutes=600.0, skills=("doctor",))],
        demands=[
            Demand(patient=f"p{n}", minutes=40, deadline_minutes=59, acuity=5) for n in range(3)
        ],
        time_limit_s=1.0,
    )
    [one] = any_ward(question, NOW, 6, 240.0).kept_hours()["overfull"]
    assert (one["minutes"], one["to"]) == (60.0, "2026-03-02T09:00:00Z")
