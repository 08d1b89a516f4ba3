"""What patients ask of the people on shift."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from api.rota.demands import (
    BookedCall,
    PatientSeen,
    RotaWorker,
    acuity,
    demand,
    pins,
    worker,
)
from api.rota.emergencies import helpful
from api.rota.merging import merged
from api.rota.questions import questions_of
from api.rota.replanner import cause_of
from api.rota.settings import RotaSettings

SETTINGS = RotaSettings()
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def patient(**more: object) -> PatientSeen:
    facts: dict[str, object] = {"no": 1, "id": UUID(int=1), "ward": "main"}
    return PatientSeen(**{**facts, **more})  # type: ignore[arg-type]


def person(n: int = 5, **more: object) -> RotaWorker:
    facts: dict[str, object] = {
        "id": UUID(int=n),
        "kind": "doctor",
        "ward": "main",
        "until": NOW + timedelta(hours=1),
    }
    return RotaWorker(**{**facts, **more})  # type: ignore[arg-type]


def test_minutes_and_deadlines_follow_the_acuity() -> None:
    asked = [
        demand(patient(news2_low=score, worst=worst), SETTINGS)
        for score, worst in ((0, 0), (3, 1), (5, 0), (7, 0))
    ]
    assert [one.minutes for one in asked] == [2, 10, 12, 30]
    assert [one.deadline_minutes for one in asked] == [None, 240, 60, 30]
    assert [one.skills for one in asked] == [(), (), ("doctor",), ("doctor",)]


def test_the_model_can_add_work_and_never_takes_any() -> None:
    assert demand(patient(risk=0.9), SETTINGS).minutes == SETTINGS.review_minutes
    assert demand(patient(news2_low=7, risk=0.0), SETTINGS).minutes == SETTINGS.emergency_minutes


def test_an_open_high_alert_is_an_emergency_though_the_score_is_unknown() -> None:
    assert acuity(patient(news2_low=None, worst=3), SETTINGS) == 7


def test_conditions_may_ask_for_a_skill() -> None:
    settings = RotaSettings(skill_by_condition={"glucose_low": "diabetes"})
    asked = demand(patient(worst=1, conditions=["glucose_low", "risk"]), settings)
    assert asked.skills == ("diabetes",)


def test_a_persons_time_ends_with_the_shift_and_the_horizon() -> None:
    assert worker(person(), NOW, SETTINGS).minutes == 48
    long = person(until=NOW + timedelta(hours=12), skills=["iv"])
    seen = worker(long, NOW, SETTINGS)
    assert seen.minutes == 192
    assert seen.skills == ("doctor", "iv")
    assert seen.max_patients == SETTINGS.most_per_doctor


def test_the_break_of_a_long_shift_is_nobodys_time_until_it_is_over() -> None:
    start = NOW - timedelta(hours=2)
    long = person(since=start, until=start + timedelta(hours=8))
    assert worker(long, NOW, SETTINGS).minutes == (240 - 30) * 0.8
    after = start + timedelta(hours=4, minutes=30)
    assert worker(long, after, SETTINGS).minutes == 210 * 0.8
    short = person(since=start, until=start + timedelta(hours=6))
    assert worker(short, NOW, SETTINGS).minutes == 240 * 0.8


def test_wards_are_asked_apart() -> None:
    asked = questions_of(
        [patient(), patient(no=2, id=UUID(int=2), ward="other")], [person()], NOW, SETTINGS
    )
    assert sorted(asked) == ["main", "other"]
    assert asked["other"].doctors == []


def test_an_emergency_is_somebodys_whoever_is_there() -> None:
    """Two with a NEWS2 of 8, the doctor ill, one nurse with 78 minutes: both are hers."""
    sick = [patient(no=n, id=UUID(int=n), news2_low=8) for n in (1, 2)]
    calm = [patient(no=n, id=UUID(int=n), news2_low=5) for n in (3, 4)]
    nurse = person(kind="nurse", until=NOW + timedelta(minutes=97.5))
    [asked] = questions_of([*sick, *calm], [nurse], NOW, SETTINGS).values()
    plan = asked.told(asked.solve(1.0))
    assert [one["doctor"] for one in plan["emergencies"]] == [str(nurse.id)] * 2
    assert {tuple(one["lacks"]) for one in plan["emergencies"]} == {("doctor",)}
    assert [one["reason"] for one in plan["unmet"]] == ["no_doctor", "no_doctor"]
    [load] = plan["loads"]
    assert (load["minutes"], load["reserve_minutes"], load["over_minutes"]) == (78, 19.5, 0)


def test_an_emergency_beyond_everybodys_time_overloads_and_says_by_how_much() -> None:
    sick = [patient(no=n, id=UUID(int=n), news2_low=9) for n in range(1, 4)]
    [asked] = questions_of(sick, [person()], NOW, SETTINGS).values()
    plan = asked.told(asked.solve(1.0))
    [load] = plan["loads"]
    assert (load["load_minutes"], load["minutes"], load["over_minutes"]) == (90, 48, 30)
    assert plan["unmet"] == []


def test_a_skill_that_is_not_there_is_said_and_a_doctor_has_it() -> None:
    settings = RotaSettings(skill_by_condition={"critical_glucose": "diabetes"})
    sick = patient(worst=3, conditions=["critical_glucose"])
    people = [person(), person(6, kind="nurse", skills=["diabetes"])]
    [asked] = questions_of([sick], people, NOW, settings).values()
    [one] = asked.told(asked.solve(1.0))["emergencies"]
    assert (one["doctor"], one["lacks"]) == (str(UUID(int=5)), ["diabetes"])


def test_with_nobody_there_an_emergency_is_unmet_and_everybody_could_be_called() -> None:
    [asked] = questions_of([patient(news2_low=8)], [], NOW, SETTINGS).values()
    plan = asked.told(asked.solve(1.0))
    assert [one["reason"] for one in plan["unmet"]] == ["nobody"]
    assert plan["emergencies"][0]["doctor"] is None
    off = [{"kind": kind, "skills": []} for kind in ("doctor", "nurse")]
    assert helpful(off, plan) == off
    [asked] = questions_of([patient(news2_low=5)], [person(kind="nurse")], NOW, SETTINGS).values()
    assert helpful(off, asked.told(asked.solve(1.0))) == off[:1], "a doctor is what is lacking"


def test_nobody_is_called_in_where_nothing_is_lacking() -> None:
    [asked] = questions_of([patient()], [person()], NOW, SETTINGS).values()
    plan = asked.told(asked.solve(1.0))
    assert helpful([{"kind": "doctor", "skills": []}], plan) == []


def test_whose_person_has_gone_starts_from_who_holds_the_alert() -> None:
    gone, here = UUID(int=8), UUID(int=5)
    seen = [
        patient(doctor=gone, holder=here),
        patient(no=2, id=UUID(int=2), doctor=gone, holder=UUID(int=9)),
        patient(no=3, id=UUID(int=3), doctor=gone, holder=here, pinned=True),
    ]
    [asked] = questions_of(seen, [person()], NOW, SETTINGS).values()
    assert [one.current_doctor for one in asked.demands] == [str(here), str(gone), str(gone)]
    assert asked.pinned == {str(UUID(int=3)): str(gone)}


def test_somebody_of_the_care_team_has_a_patient_again_on_another_day() -> None:
    """Dearer than the stranger, and still theirs; what only a doctor can do is the doctor's."""
    nurse, doctor, gone = UUID(int=6), UUID(int=5), UUID(int=9)
    people = [
        person(cost_per_hour=120.0),
        person(6, kind="nurse", cost_per_hour=90.0),
        person(7, kind="nurse", cost_per_hour=10.0),
    ]
    seen = [
        patient(team=[doctor, nurse, gone]),
        patient(no=2, id=UUID(int=2), team=[doctor, nurse], doctor=gone, news2_low=5),
        patient(no=3, id=UUID(int=3), team=[nurse], doctor=UUID(int=7)),
        patient(no=4, id=UUID(int=4)),
    ]
    [asked] = questions_of(seen, people, NOW, SETTINGS).values()
    plan = asked.solve(2.0)
    assert [UUID(one.doctor).int for one in plan.assignments] == [6, 5, 7, 7]


def test_a_patient_is_with_who_speaks_their_language_if_that_can_be() -> None:
    people = [
        person(cost_per_hour=120.0, skills=["language:pl"]),
        person(6, kind="nurse", cost_per_hour=30.0),
        person(7, kind="nurse", cost_per_hour=90.0, skills=["language:pl"]),
    ]
    seen = [
        patient(language="pl"),
        patient(no=2, id=UUID(int=2), language="pl", news2_low=5),
        patient(no=3, id=UUID(int=3), language="ur"),
        patient(no=4, id=UUID(int=4), language="pl", team=[UUID(int=6)]),
    ]
    [asked] = questions_of(seen, people, NOW, SETTINGS).values()
    plan = asked.solve(2.0)
    assert [UUID(one.doctor).int for one in plan.assignments] == [7, 5, 6, 7]
    [few] = questions_of([patient(language="pl")], [person(6)], NOW, SETTINGS).values()
    assert few.solve(1.0).unmet == [], "a language leaves nobody without anybody"


def test_only_pinned_patients_with_a_doctor_are_fixed() -> None:
    fixed = patient(pinned=True, doctor=UUID(int=5))
    assert pins([fixed, patient(doctor=UUID(int=5)), patient(pinned=True)]) == {
        str(fixed.id): str(UUID(int=5))
    }


def test_causes_are_one_line() -> None:
    said = {"listening", "homeward_rota:alert", "homeward_rota:shift", "time"}
    assert cause_of(said) == "alert, shift, time"


def test_no_ward_at_all_is_a_plan_with_nothing_to_do() -> None:
    told = merged([])
    assert (told["status"], told["cost"], told["assignments"]) == ("optimal", 0, [])


@given(
    score=st.none() | st.integers(min_value=0, max_value=20),
    worst=st.integers(min_value=0, max_value=3),
    risk=st.none() | st.floats(min_value=0, max_value=1),
)
def test_worse_is_never_less_work(score: int | None, worst: int, risk: float | None) -> None:
    now = demand(patient(news2_low=score, worst=worst, risk=risk), SETTINGS)
    worse = demand(patient(news2_low=min(20, (score or 0) + 3), worst=worst, risk=risk), SETTINGS)
    assert worse.minutes >= now.minutes
    assert worse.acuity >= now.acuity


def booked(doctor: int, hours: float) -> BookedCall:
    start = NOW + timedelta(hours=hours)
    return BookedCall(doctor=UUID(int=doctor), start=start, end=start + timedelta(minutes=20))


def test_a_booked_call_is_work_of_the_doctor_who_was_booked() -> None:
    seen = patient(booked=[booked(6, 1), booked(6, 30)], doctor=UUID(int=5))
    people = [person(n, until=NOW + timedelta(hours=8)) for n in (5, 6)]
    asked = questions_of([seen], people, NOW, SETTINGS)["main"]
    [one] = asked.demands
    assert (one.minutes, one.deadline_minutes) == (22, 80), "the one beyond the horizon waits"
    assert one.skills == ("doctor",)
    assert asked.pinned == {str(seen.id): str(UUID(int=6))}


def test_what_a_coordinator_has_fixed_stays_and_who_is_away_takes_no_call() -> None:
    seen = patient(booked=[booked(6, 1)], doctor=UUID(int=5), pinned=True)
    people = [person(n, until=NOW + timedelta(hours=8)) for n in (5, 6)]
    fixed = questions_of([seen], people, NOW, SETTINGS)["main"]
    assert fixed.pinned == {str(seen.id): str(UUID(int=5))}
    alone = questions_of([patient(booked=[booked(6, 1)])], people[:1], NOW, SETTINGS)["main"]
    assert alone.pinned == {}
    assert alone.demands[0].minutes == 22


def test_of_a_call_that_has_begun_what_is_left_is_asked() -> None:
    begun = demand(patient(booked=[booked(6, -0.25)]), SETTINGS, NOW)
    assert begun.minutes == 2 + 5
    over = demand(patient(booked=[booked(6, -1)]), SETTINGS, NOW)
    assert (over.minutes, over.deadline_minutes) == (2, None)
