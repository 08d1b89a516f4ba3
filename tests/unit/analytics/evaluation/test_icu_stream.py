"""Running summaries of a stay say what the whole series would, and know nothing of the rest."""

from math import isnan
from random import Random

import numpy as np
import pytest

from analytics.evaluation import icu_stream
from analytics.evaluation.icu_stream import PARTS, RunningSignal, StaySummary


def test_running_figures_are_those_of_the_whole_series() -> None:
    chance, running = Random(4), RunningSignal()
    times = [float(30 * at) for at in range(90)]
    values = [chance.gauss(80, 9) for _ in times]
    for minute, value in zip(times, values, strict=True):
        running.see_value(minute, value)
    early = [v for t, v in zip(times, values, strict=True) if t < 1440]
    late = [v for t, v in zip(times, values, strict=True) if t >= 1440]
    assert running.running_figures() == pytest.approx(
        (
            *(min(values), np.mean(values), max(values), values[-1], values[0], np.std(values)),
            *(np.mean(late), np.mean(late) - np.mean(early), 90),
        )
    )


def test_what_was_not_measured_is_not_known() -> None:
    stay = StaySummary()
    stay.see_row(10.0, {"hr": 90.0, "lactate": 3.0})
    assert len(stay.row(laboratory=False)) == PARTS * len(icu_stream.VITALS)
    known = [one for one in stay.row(laboratory=False) if not isnan(one)]
    assert known == [90.0, 90.0, 90.0, 90.0, 90.0, 0.0, 1.0, *[0.0] * 11]
    assert 3.0 in stay.row(laboratory=True)


def test_a_probability_is_learnt_from_other_stays_alone_and_calibrated() -> None:
    chance = np.random.default_rng(5)
    died = chance.random(400) < 0.3
    rows = np.column_stack([died + chance.normal(0, 1, 400), np.full(400, np.nan)])
    said = icu_stream.chances(rows, died, None)
    assert said[died].mean() > said[~died].mean() + 0.1
    assert said.mean() == pytest.approx(died.mean(), abs=0.04)
    other = icu_stream.chances(rows[:100], died[:100], (rows[100:], died[100:]))
    assert other.shape == (100,)
