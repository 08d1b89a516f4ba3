"""The forecast: plain arrays, an interval, no answer where there is none."""

import gzip
from pathlib import Path
from random import Random

import pytest

from analytics.glucose import forecast as glucose
from analytics.policy import DEFAULT
from analytics.training.glucose import FILES, train

STEP = glucose.STEP_MS


def asked(*values: float) -> glucose.Forecast | None:
    times = [at * STEP for at in range(len(values))]
    return glucose.forecast(glucose.shipped(), times, values, 120.0)


def test_a_fall_goes_on_and_warns_before_it_is_low() -> None:
    falling = asked(*[150 - 6 * at for at in range(13)])
    level = asked(*[110] * 13)
    assert falling is not None
    assert level is not None
    assert falling.value < 80
    assert falling.chance_low > DEFAULT.low_soon_chance
    assert falling.low < falling.value < falling.high
    assert level.chance_low < 0.05
    assert level.value == pytest.approx(110, abs=8)
    assert level.at_ms == 12 * STEP + glucose.AHEAD_MS


def test_a_liveliness_widens_the_interval() -> None:
    calm, lively = asked(*[110] * 13), asked(*[110 + 12 * (at % 2) for at in range(13)])
    assert calm is not None
    assert lively is not None
    assert lively.high - lively.low > calm.high - calm.low


def test_without_a_whole_half_hour_it_says_nothing() -> None:
    assert asked() is None
    assert asked(110, 110, 110) is None
    times = [0, STEP, 2 * STEP, 9 * STEP]
    assert glucose.forecast(glucose.shipped(), times, [110.0] * 4, 110.0) is None


def test_the_shipped_one_beats_the_last_value_and_covers_what_it_says() -> None:
    card = glucose.shipped().card
    assert card.rmse < 0.86 * card.rmse_last_value
    assert 0.88 <= card.coverage_90 <= 0.92
    assert "CC BY 4.0" in card.licence
    assert card.warn_from == DEFAULT.low_soon_chance
    assert card.lows_warned >= 0.8
    assert card.false_warnings_per_day <= 1
    assert card.lead_minutes >= 15


def test_the_same_recordings_give_the_same_numbers(tmp_path: Path) -> None:
    chance = Random(6)
    for name in FILES:
        lines = ["subject_id,timestamp,glucose_mgdl"]
        for person in range(2):
            value, drift = 120.0, 0.0
            for at in range(300):
                drift = 0.9 * drift + chance.gauss(0, 1.5)
                value = min(300.0, max(45.0, value + drift + 0.02 * (120 - value)))
                day, minute = divmod(at * 5, 1440)
                stamp = f"2024-01-0{1 + day} {minute // 60:02d}:{minute % 60:02d}:00"
                lines.append(f"{person},{stamp},{value:.0f}")
        (tmp_path / f"{name}.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    made = train(tmp_path)
    assert glucose.encode(made) == glucose.encode(train(tmp_path))
    assert made.card.people == 6
    assert made.card.rmse < made.card.rmse_last_value
