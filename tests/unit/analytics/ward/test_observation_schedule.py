"""The next observation: RCP's intervals by band, nobody taken for a 0, no device slowed down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.observation_policy import ObservationPolicy
from analytics.ward.observation_schedule import Band, band_of, next_observation, rhythm
from analytics.ward.plain_names import to_measure_words

NOW = 1_800_000_000_000
HOUR = 3_600_000
PLAIN = ObservationPolicy()


@pytest.mark.parametrize(
    ("news2", "band", "hours"),
    [
        ({"score": 0, "low": 0, "single_3": False}, Band.LOW, 12),
        ({"score": 1, "low": 1, "single_3": False}, Band.RAISED, 6),
        ({"score": 4, "low": 4, "single_3": False}, Band.RAISED, 6),
        ({"score": 3, "low": 3, "single_3": True}, Band.SINGLE_3, 1),
        ({"score": 5, "low": 5, "single_3": True}, Band.URGENT, 1),
        ({"score": 6, "low": 6, "single_3": False}, Band.URGENT, 1),
        ({"score": 7, "low": 7, "single_3": False}, Band.EMERGENCY, 0.25),
        ({"score": None, "low": 0, "high": 9, "single_3": False}, Band.RAISED, 6),
        (None, Band.RAISED, 6),
    ],
)
def test_the_interval_is_the_bands_and_a_partial_score_is_no_zero(
    news2: dict[str, object] | None, band: Band, hours: float
) -> None:
    latest = {"hr": {"t": NOW, "g": NOW, "v": 70}}
    found = next_observation(news2, latest, (), 0, PLAIN)
    assert found is not None
    assert (band_of(news2), found.band) == (band, band)
    assert found.at_ms == NOW + hours * HOUR
    assert found.overdue_ms == NOW + 1.25 * hours * HOUR


def test_what_was_measured_longest_ago_is_due_first() -> None:
    latest = {"hr": {"t": NOW, "g": NOW, "v": 70}, "temp": {"t": NOW, "g": NOW - HOUR, "v": 37}}
    found = next_observation(None, latest, ("sbp",), NOW - 2 * HOUR, PLAIN)
    assert found is not None
    assert (found.metrics, found.at_ms) == (("sbp",), NOW + 4 * HOUR)
    assert next_observation(None, latest, (), 0, PLAIN).metrics == ("temp",)  # type: ignore[union-attr]


def test_who_measures_nothing_at_home_has_no_schedule() -> None:
    assert next_observation(None, {"acvpu": {"t": NOW, "v": 0}}, ("weight",), 0, PLAIN) is None
    assert next_observation(None, {"rr": {"t": NOW, "v": 15}}, (), 0, PLAIN) is None
    assert next_observation(None, {}, ("rr",), 0, PLAIN) is not None


SECONDS = st.integers(1, 86_400).map(float)


@given(st.dictionaries(st.sampled_from(("hr", "sbp", "dbp", "weight")), SECONDS), st.integers(1, 9))
def test_a_device_is_never_slowed_down(own: dict[str, float], every: int) -> None:
    wanted = rhythm(own, every)
    assert wanted.keys() == own.keys()
    assert all(wanted[name] <= seconds for name, seconds in own.items())
    assert wanted.get("weight") == own.get("weight"), "no schedule asks for a weight"
    assert all(wanted[name] <= every * 60 for name in ("hr", "sbp", "dbp") if name in own)


def test_a_reminder_names_each_measurement_once() -> None:
    assert to_measure_words(["sbp", "temp"]) == (
        "It is time to measure your temperature and your blood pressure."
    )
    assert to_measure_words([]) == "It is time for your measurements."
