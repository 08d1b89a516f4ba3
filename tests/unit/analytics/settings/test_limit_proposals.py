"""Proposals of limits: from enough of a person's own readings, with a curve, within soft bounds."""

from random import Random

import pytest

from analytics.domain.care import Limit
from analytics.domain.vitals import Metric
from analytics.settings.bounds import bounds_of
from analytics.settings.limit_proposals import LimitProposal, propose

HOUR = 3_600_000


def readings(
    middle: float, spread: float, *, days: int = 14, each: int = 4
) -> list[tuple[int, float]]:
    chance = Random(7)
    return [
        (day * 24 * HOUR + at * 3 * HOUR, round(chance.gauss(middle, spread)))
        for day in range(days)
        for at in range(each)
    ]


def one(
    metric: Metric, limit: Limit, given: list[tuple[int, float]], side: str
) -> LimitProposal | None:
    return next((found for found in propose(metric, limit, given) if found.side == side), None)


def test_who_lives_outside_a_limit_is_offered_one_that_fits() -> None:
    made = one(Metric.SPO2, Limit(low=91), readings(89, 1), "low")
    assert made is not None
    assert made.proposed in (86, 87)
    assert made.usual[1] == pytest.approx(89, abs=1)
    assert "calls for what is usual" in made.why
    rates = dict(made.curve)
    assert max(rates.values()) > 2
    assert made.curve[0].a_day <= made.curve[-1].a_day  # milder first


def test_a_limit_far_from_all_readings_is_offered_nearer() -> None:
    made = one(Metric.HR, Limit(low=40, high=130), readings(64, 3), "high")
    assert made is not None
    assert 76 <= made.proposed <= 100
    assert made.proposed >= bounds_of(Metric.HR, "high").soft[0]
    assert "far from all of them" in made.why


def test_nothing_is_offered_where_the_limits_fit_or_little_is_known() -> None:
    limit = Limit(low=91, high=180)
    assert list(propose(Metric.SBP, limit, readings(140, 12))) == []
    assert list(propose(Metric.SPO2, Limit(low=91), readings(89, 1, days=9))) == []
    assert list(propose(Metric.SPO2, Limit(low=91), readings(89, 1, each=1))) == []
    assert list(propose(Metric.GLUCOSE, Limit(low=70), readings(60, 1))) == []


def test_a_proposal_never_lies_beyond_a_soft_bound() -> None:
    made = one(Metric.SPO2, Limit(low=91), readings(78, 1), "low")
    assert made is not None
    assert made.proposed == bounds_of(Metric.SPO2, "low").soft[0]
