"""The story to practise with shows each state of the ward, and nothing that is no reading."""

from itertools import pairwise

from analytics.domain.acceptance import doubts, refusals
from analytics.domain.vitals import METRIC_BY_NAME
from analytics.news2 import score
from analytics.ward.practice import LENGTH, STEP_S, vitals_at


def band(step: int) -> str:
    told = vitals_at(step)
    names = ("rr", "sbp", "hr", "temp", "acvpu", "spo2", "o2")
    found = score.score(tuple(told[name] for name in names))  # type: ignore[arg-type]
    assert found.score is not None, "consciousness and oxygen are told with it"
    return found.band


def test_it_is_well_then_urgent_then_an_emergency_within_an_hour_then_well_again() -> None:
    bands = [band(step) for step in range(LENGTH)]
    assert bands[0] == bands[-1] == "low"
    hour = 3600 // STEP_S
    assert "high" in bands[:hour]
    assert bands.index("medium") < bands.index("high")
    assert [band(step) for step in range(LENGTH, 2 * LENGTH)] == bands


def test_every_value_is_a_reading_without_doubt_and_moves_in_small_steps() -> None:
    for step in range(2 * LENGTH):
        told = [(int(METRIC_BY_NAME[name]), value) for name, value in vitals_at(step).items()]
        assert list(refusals(told)) == []
        assert list(doubts(told)) == []
    saturation = [vitals_at(step)["spo2"] for step in range(LENGTH)]
    assert max(abs(a - b) for a, b in pairwise(saturation)) <= 2
