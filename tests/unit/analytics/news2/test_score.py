"""NEWS2 against its chart, edge by edge, and its bounds against all completions."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.domain.vitals import Metric
from analytics.news2.score import PARAMETERS, band_of, score
from analytics.news2.tables import tenths, whole

NORMAL: dict[Metric, float] = {
    Metric.RR: 16,
    Metric.SBP: 120,
    Metric.HR: 70,
    Metric.TEMP: 37.0,
    Metric.ACVPU: 0,
    Metric.SPO2: 97,
    Metric.O2: 0,
}


def values(**changed: float | None) -> list[float | None]:
    given_values: dict[Metric, float | None] = {**NORMAL}
    given_values.update({Metric[name.upper()]: value for name, value in changed.items()})
    return [given_values[metric] for metric in PARAMETERS]


@pytest.mark.parametrize(
    ("metric", "value", "points"),
    [
        *[("rr", value, 3) for value in (0, 8, 8.4, 25, 30, 60, 120)],
        *[("rr", value, 1) for value in (8.5, 9, 11, 11.49)],
        *[("rr", value, 0) for value in (11.5, 12, 20, 20.4)],
        *[("rr", value, 2) for value in (20.5, 21, 24, 24.4)],
        ("rr", 24.5, 3),
        *[("spo2", value, 3) for value in (0, 70, 91, 91.4)],
        *[("spo2", value, 2) for value in (91.5, 92, 93, 93.4)],
        *[("spo2", value, 1) for value in (93.5, 94, 95, 95.4)],
        *[("spo2", value, 0) for value in (95.5, 96, 100)],
        *[("sbp", value, 3) for value in (40, 90, 90.4, 220, 219.5, 375)],
        *[("sbp", value, 2) for value in (90.5, 91, 100, 100.4)],
        *[("sbp", value, 1) for value in (100.5, 101, 110, 110.4)],
        *[("sbp", value, 0) for value in (110.5, 111, 219, 219.4)],
        *[("hr", value, 3) for value in (0, 40, 40.4, 130.5, 131, 350)],
        *[("hr", value, 1) for value in (40.5, 41, 50, 90.5, 91, 110, 110.4)],
        *[("hr", value, 0) for value in (50.5, 51, 90, 90.4)],
        *[("hr", value, 2) for value in (110.5, 111, 130, 130.4)],
        *[("temp", value, 3) for value in (25.0, 35.0, 35.04)],
        *[("temp", value, 1) for value in (35.05, 35.1, 36.0, 36.04, 38.05, 38.1, 39.0, 39.04)],
        *[("temp", value, 0) for value in (36.05, 36.1, 37.05, 38.0, 38.04)],
        *[("temp", value, 2) for value in (39.05, 39.1, 42.9, 47.0)],
        ("acvpu", 0, 0),
        *[("acvpu", value, 3) for value in (1, 2, 3, 4)],
        ("o2", 1, 2),
    ],
)
def test_every_band_edge(metric: str, value: float, points: int) -> None:
    news = score(values(**{metric: value}))
    assert news.score == news.low == news.high == points
    assert news.single_3 == ((int(Metric[metric.upper()]),) if points == 3 else ())
    assert news.missing == ()


@pytest.mark.parametrize(
    ("spo2", "air", "oxygen"),
    [
        *[(value, 3, 5) for value in (60, 83, 83.4)],
        *[(value, 2, 4) for value in (83.5, 84, 85)],
        *[(value, 1, 3) for value in (86, 87, 87.4)],
        *[(value, 0, 2) for value in (87.5, 88, 92, 92.4)],
        *[(value, 0, 3) for value in (92.5, 93, 94)],
        *[(value, 0, 4) for value in (95, 96)],
        *[(value, 0, 5) for value in (96.5, 97, 100)],
    ],
)
def test_scale_2_looks_at_oxygen(spo2: float, air: int, oxygen: int) -> None:
    assert score(values(spo2=spo2, o2=0), scale=2).score == air
    assert score(values(spo2=spo2, o2=1), scale=2).score == oxygen


def test_an_unknown_scale_is_an_error() -> None:
    with pytest.raises(KeyError):
        score(values(), scale=3)


def test_the_whole_range_and_the_bands() -> None:
    worst = values(rr=30, spo2=80, o2=1, sbp=80, hr=140, acvpu=4, temp=34)
    assert score(worst).score == 20
    assert [band_of(total, single_3=False) for total in (0, 4, 5, 6, 7, 20)] == [
        "low",
        "low",
        "medium",
        "medium",
        "high",
        "high",
    ]
    assert score(values(rr=30)).band == "low_medium"
    assert score(values(rr=30, o2=1)).band == "medium"
    assert score(values(rr=30, hr=140, o2=1)).band == "high"


def test_missing_is_never_normal() -> None:
    nothing = score([None] * 7)
    assert (nothing.score, nothing.low, nothing.high) == (None, 0, 20)
    assert len(nothing.missing) == 7
    assert nothing.settles == Metric.RR
    usual = score(values(acvpu=None, o2=None))
    assert (usual.low, usual.high, usual.settles) == (0, 5, Metric.ACVPU)
    harmless = score(values(o2=None))
    assert (harmless.low, harmless.high, harmless.settles) == (0, 2, None)


def test_one_that_is_missing_and_alone_could_score_3_is_asked_for() -> None:
    for metric in ("rr", "spo2", "sbp", "hr", "temp", "acvpu"):
        news = score(values(**{metric: None}))
        assert (news.low, news.settles) == (0, Metric[metric.upper()])
    assert score(values(rr=30, sbp=None)).band == "low_medium"


def test_oxygen_settles_scale_2() -> None:
    news = score(values(spo2=98, o2=None, hr=95), scale=2)
    assert (news.low, news.high, news.settles) == (1, 6, Metric.O2)
    low = score(values(spo2=80, o2=None), scale=2)
    assert low.single_3 == (Metric.SPO2,)


DOMAIN: dict[Metric, st.SearchStrategy[float]] = {
    Metric.RR: st.floats(0, 120),
    Metric.SBP: st.floats(20, 375),
    Metric.HR: st.floats(0, 350),
    Metric.TEMP: st.floats(20, 47),
    Metric.ACVPU: st.sampled_from((0.0, 1.0, 4.0)),
    Metric.SPO2: st.floats(0, 100),
    Metric.O2: st.sampled_from((0.0, 1.0)),
}
CORNERS: dict[Metric, tuple[float, ...]] = {
    Metric.RR: (5, 10, 15, 22, 30),
    Metric.SBP: (80, 95, 105, 150, 230),
    Metric.HR: (30, 45, 70, 100, 120, 150),
    Metric.TEMP: (34, 35.5, 37, 38.5, 40),
    Metric.ACVPU: (0, 1),
    Metric.SPO2: (80, 84, 86, 90, 92, 93, 94, 95, 98),
    Metric.O2: (0, 1),
}


@settings(deadline=None)
@given(
    st.tuples(*[DOMAIN[metric] for metric in PARAMETERS]),
    st.sets(st.integers(0, 6), max_size=3),
    st.sampled_from((1, 2)),
)
def test_bounds_are_those_of_all_completions(
    full: tuple[float, ...], absent: set[int], scale: int
) -> None:
    partial = [None if at in absent else value for at, value in enumerate(full)]
    news = score(partial, scale)
    options = [
        CORNERS[PARAMETERS[at]] if value is None else (value,) for at, value in enumerate(partial)
    ]
    every = [score(one, scale) for one in product(*options)]
    assert news.low == min(one.low for one in every)
    assert news.high == max(one.low for one in every)
    sure = set(every[0].single_3).intersection(*(one.single_3 for one in every))
    assert set(news.single_3) == sure - set(news.missing)
    assert (news.score is None) == bool(absent)
    sums = {band_of(one.low, single_3=False) for one in every}
    threes = sums == {"low"} and len({bool(one.single_3) for one in every}) > 1
    assert (news.settles is None) == (len(sums) == 1 and not threes)


@settings(deadline=None)
@given(st.decimals(0, 400, places=2))
def test_rounding_is_half_up_on_the_shortest_decimal(exact: Decimal) -> None:
    value = float(exact)
    assert whole(value) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert tenths(value) == int((exact * 10).quantize(Decimal(1), ROUND_HALF_UP))
