"""What patients are expected to ask: their schedule, and alerts learned or published."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.rota.expected import by_hour_of_day, outlooks, published, usual, usual_at_most
from api.rota.settings import RotaSettings

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SETTINGS = RotaSettings()


def row(no: int = 1, **more: object) -> dict[str, Any]:
    known: dict[str, object] = {
        "no": no,
        "ward": "main",
        "days": 0.0,
        "high": 0,
        "medium": 0,
        "low": 0,
        "cohort_urgent": None,
        "cohort_other": None,
        "cohort_urgent_at_most": None,
        "cohort_other_at_most": None,
        "measured": None,
        "news2_low": 0,
        "look_due": None,
        "look_every": None,
        "risk": None,
        "risk_minutes": None,
    }
    return {**known, **more}


def test_where_nothing_is_learned_the_published_figure_stands() -> None:
    [found] = outlooks([row()], NOW, SETTINGS).values()
    assert found.alerts.urgent == pytest.approx(0.1 * 0.068 * 12)
    assert found.alerts.other == pytest.approx(0.1 * 0.932 * 10)


def test_own_alerts_count_the_more_the_longer_they_are_known() -> None:
    day, month = (
        outlooks([row(days=days, low=int(days)), row(2, days=280.0)], NOW, SETTINGS)[1]
        for days in (1.0, 28.0)
    )
    assert day.alerts.other < month.alerts.other < 10


def test_a_patients_cohort_stands_for_them_while_their_own_days_are_few() -> None:
    alike = row(cohort_urgent=30.0, cohort_other=5.0)
    alike |= {"cohort_urgent_at_most": 50.0, "cohort_other_at_most": 9.0}
    [found] = outlooks([alike], NOW, SETTINGS).values()
    assert (found.alerts.urgent, found.alerts.other) == (30.0, 5.0)
    assert (found.at_most.urgent, found.at_most.other) == (50.0, 9.0)
    [known] = outlooks([{**alike, "days": 28.0}], NOW, SETTINGS).values()
    assert known.alerts.urgent == pytest.approx(30 * 7 / 35)
    assert known.at_most.urgent == pytest.approx(50 * 7 / 35)


def test_the_less_is_known_of_a_ward_the_more_may_come() -> None:
    def share(patients: int, days: float) -> float:
        rows = [row(no, days=days, low=no % 4 * int(days / 7)) for no in range(patients)]
        found = outlooks(rows, NOW, SETTINGS).values()
        return sum(one.at_most.other for one in found) / sum(one.alerts.other for one in found)

    assert share(4, 0.0) > share(40, 7.0) > share(40, 28.0) > 1


def test_where_nobody_alerted_the_rule_of_three_stands() -> None:
    quiet = [row(no, days=28.0) for no in range(10)]
    found = usual_at_most(quiet, SETTINGS)
    assert found.other > usual(quiet, SETTINGS).other
    assert found.other >= 3 / 280 * SETTINGS.review_minutes


def test_a_risk_adds_work_of_the_coming_hours_and_takes_none() -> None:
    calm, risky = (
        outlooks([row(risk=risk, risk_minutes=240.0)], NOW, SETTINGS)[1] for risk in (0.0, 0.5)
    )
    assert calm.alerts == published(SETTINGS)
    assert risky.alerts.urgent * 240 / 1440 == pytest.approx(0.5 * SETTINGS.urgent_minutes)
    assert risky.minutes_within(240, SETTINGS) > calm.minutes_within(240, SETTINGS)


def test_looks_follow_the_score_and_the_last_reading() -> None:
    def looks(score: int | None, minutes_ago: float | None) -> list[float]:
        at = None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago)
        return list(outlooks([row(news2_low=score, measured=at)], NOW, SETTINGS)[1].looks)

    assert looks(0, None) == [0]
    assert looks(0, 60) == [660]
    assert looks(3, 60) == [180, 420, 660]
    assert looks(6, 30) == [30 + 60 * at for at in range(12)]
    assert looks(None, 6000) == [0]


def test_looks_follow_the_wards_observation_schedule_where_it_keeps_one() -> None:
    def looks(due_in: float, every: int) -> list[float]:
        due = NOW + timedelta(minutes=due_in)
        kept = row(news2_low=6, measured=NOW, look_due=due, look_every=every)
        return list(outlooks([kept], NOW, SETTINGS)[1].looks)

    assert looks(90, 240) == [90, 330, 570]
    assert looks(-30, 360) == [0, 360], "what is overdue is due now"


def test_the_look_that_is_due_now_is_no_work_of_later() -> None:
    [found] = outlooks([row(news2_low=6)], NOW, RotaSettings(expected_alerts=0)).values()
    assert found.minutes_within(240, SETTINGS) == 3 * SETTINGS.routine_minutes


def test_hours_are_even_until_many_alerts_say_otherwise() -> None:
    assert by_hour_of_day(None) == [1.0] * 24
    counted = [0] * 24
    counted[18] = 240
    learned = by_hour_of_day(counted)
    assert sum(learned) == pytest.approx(24)
    assert learned[18] > 20


def test_a_ward_of_few_days_is_drawn_to_the_published_figure() -> None:
    assert usual([], SETTINGS) == published(SETTINGS)
    many = usual([row(days=28.0, medium=28) for _ in range(50)], SETTINGS)
    assert many.urgent == pytest.approx(12, rel=0.02)
