"""Benchmark of one assessment: a frame folded with every model warm, in this process alone.

A patient who is well gives nine metrics a minute for two days, so that windows, baselines, parts of
the day, trends and waiting labels are all full. Measured are the frames of the third day; the risk
model is the shipped one, then one of step functions on every feature.
"""

import random
import statistics
import time
from collections.abc import Iterator

from analytics.domain.care import CarePlan
from analytics.domain.vitals import METRIC_BY_NAME
from analytics.lane.lane import Measurement, PatientLane, Reading
from analytics.risk.features import NAMES
from analytics.risk.model import STEPS, ModelState, PopulationModel
from analytics.risk.predictors import Steps
from analytics.risk.warm import shipped
from deploy.bench.report import BenchFigure, at_most
from deploy.bench.run import BenchRun

MOST_US = 60.0
_FROM_MS = 1_764_000_000_000
_MINUTE_MS = 60_000
_WARM, _MEASURED = 2 * 1_440, 1_440
_CUTS = 15


def readings(rng: random.Random) -> Iterator[Reading]:
    """A frame a minute of somebody who is well."""
    for number in range(_WARM + _MEASURED):
        at_ms = _FROM_MS + number * _MINUTE_MS
        values = {
            "hr": rng.randint(62, 84),
            "spo2": rng.randint(96, 99),
            "rr": rng.randint(13, 18),
            "temp": rng.randint(363, 373) / 10,
            "sbp": rng.randint(114, 132),
            "dbp": rng.randint(70, 84),
            "glucose": rng.randint(95, 120),
            "acvpu": 0,
            "o2": 0,
        }
        samples = tuple(
            Measurement(int(METRIC_BY_NAME[name]), at_ms, float(value))
            for name, value in values.items()
        )
        yield Reading(
            frame_id=number, received_ms=at_ms + 500, samples=samples, device="bench-device"
        )


def stepped(rng: random.Random) -> PopulationModel:
    """A version with step functions on every feature, as a night's training leaves it."""
    cuts = tuple(tuple(sorted(rng.gauss(0, 1) for _ in range(_CUTS))) for _ in NAMES)
    values = tuple(tuple(rng.gauss(0, 0.3) for _ in range(_CUTS + 1)) for _ in NAMES)
    steps = Steps(cuts, values, -3.0, (0.0,) * len(NAMES))
    return PopulationModel(ModelState(version=2, champion=STEPS, steps=steps))


def fold_us(model: PopulationModel) -> list[float]:
    """Microseconds of each measured frame."""
    rng, lane, plan = random.Random(1), PatientLane(), CarePlan(revision=1)  # noqa: S311 - readings
    spent: list[float] = []
    for reading in readings(rng):
        began = time.perf_counter()
        lane.fold(reading, plan, model, in_episode=False)
        spent.append((time.perf_counter() - began) * 1e6)
    return spent[_WARM:]


def one_assessment(_run: BenchRun) -> list[BenchFigure]:
    """The median of a day's frames, by the kind of model that speaks."""
    kinds = {
        "as shipped": shipped().version(1),
        "steps": stepped(random.Random(2)),  # noqa: S311 - a model, no secret
    }
    spent = {kind: fold_us(model) for kind, model in kinds.items()}
    return [
        at_most(
            f"one assessment, risk model {kind}",
            statistics.median(every),
            "us",
            MOST_US,
            f"nine metrics, all models warm; p95 {sorted(every)[int(0.95 * len(every))]:.0f} us",
        )
        for kind, every in spent.items()
    ]
