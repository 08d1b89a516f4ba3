"""The row's vital signs: own points, never points of what is old or in doubt, and what is due."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.vitals import Metric
from analytics.news2 import score
from analytics.ward.vitals import SCORED, Worn, next_due, points_of, vitals_now

HOUR = 3_600_000
NOW = 1_800_000_000_000


def newest(value: float, age_ms: int = 0, quality: str = "ok") -> dict[str, Any]:
    at = NOW - age_ms
    return {"v": value, "t": at, "q": quality, "g": at if quality == "ok" else None}


def worn(scored: bool = True, scale: int = 1, **latest: dict[str, Any]) -> Worn:  # noqa: FBT001, FBT002
    usual = {"hr": {"median": 70.0, "deviation": 3.1}}
    return Worn(latest=latest, baselines=usual, scale=scale, scored=scored)


def of(metric: str, told: Worn) -> dict[str, Any]:
    return next(one for one in vitals_now(told, NOW) if one["metric"] == metric)


CHART = st.tuples(
    st.integers(0, 60),
    st.integers(40, 250),
    st.integers(20, 220),
    st.integers(320, 420).map(lambda tenths: tenths / 10),
    st.integers(0, 4),
    st.integers(60, 100),
    st.integers(0, 1),
)


@given(CHART, st.sampled_from((1, 2)))
def test_the_points_of_each_add_up_to_the_score(chart: tuple[float, ...], scale: int) -> None:
    values = dict(zip(score.PARAMETERS, chart, strict=True))
    whole = score.score(list(chart), scale).score
    oxygen = values[Metric.O2] > 0
    points = [points_of(m, v, scale=scale, oxygen=oxygen) for m, v in values.items()]
    assert sum(point or 0 for point in points) == whole


def test_what_is_old_or_in_doubt_has_no_points() -> None:
    told = worn(spo2=newest(85, 3 * HOUR), rr=newest(30, quality="questionable"), hr=newest(140))
    assert [of(name, told)["points"] for name in ("spo2", "rr", "hr")] == [None, None, 3]
    assert of("hr", told)["deviation"] == 3.1
    assert of("hr", told)["until"].timestamp() * 1000 == NOW + 2 * HOUR
    assert of("spo2", told)["until"] is None
    assert of("hr", worn(scored=False, hr=newest(140)))["points"] is None


def test_scale_2_without_known_oxygen_tells_the_fewer_points() -> None:
    assert points_of(Metric.SPO2, 95, scale=2, oxygen=None) == 0
    assert of("spo2", worn(scale=2, spo2=newest(95), o2=newest(1)))["points"] == 2
    assert of("spo2", worn(scale=2, spo2=newest(95), o2=newest(1, 13 * HOUR)))["points"] == 0


def test_the_next_observation_is_due_when_the_score_would_stop_being_whole() -> None:
    values = {metric.wire_name: newest(1) for metric in SCORED}
    due = next_due(worn(**{**values, "acvpu": newest(0, 11 * HOUR)}), NOW)
    assert due is not None
    assert due["metrics"] == ["acvpu"]
    assert due["at"].timestamp() * 1000 == NOW + HOUR


@pytest.mark.parametrize(("old", "missing"), [(13 * HOUR, ["acvpu"]), (None, ["acvpu"])])
def test_what_is_missing_is_due_at_once(old: int | None, missing: list[str]) -> None:
    values = {metric.wire_name: newest(1) for metric in SCORED if metric is not Metric.ACVPU}
    more = {} if old is None else {"acvpu": newest(0, old)}
    assert next_due(worn(**values, **more), NOW) == {"at": None, "metrics": missing}
    assert next_due(worn(scored=False, **values), NOW) is None
