"""One assessment of a patient: what NEWS2, the risk model and the baselines say at one time.

It carries everything the decision used (values, revisions, versions), so that it can be proved
later. Not a medical device: figures support a clinician and replace nobody.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
from msgspec import Struct

from analytics.domain.care import Unscored
from analytics.domain.vitals import Metric
from analytics.lane.told import drift, in_words
from analytics.risk.baseline import READY_READINGS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENCODER = msgspec.json.Encoder()
ADULT = "adult"
"""Among what is assumed: that somebody without a birth date is one."""
NAMES: dict[int, str] = {int(metric): metric.wire_name for metric in Metric}


class RefusedMetric(Struct, frozen=True, gc=False):
    """A metric whose newest readings count for nothing; the score has lost it.

    Attributes:
        metric: its code.
        count: how many came since the last good one.
        since_ms: event time of the first of them.
        reason: ``out_of_range``, ``from_the_future``, ``units``, ``no_reading``,
            ``another_person`` or ``implausible``.
        value: the newest, as it was sent.
        hint: what it may be, in words.
        device: who sent it; empty: a person.
    """

    metric: int
    count: int
    since_ms: int
    reason: str
    value: float
    hint: str
    device: str


class Usual(Struct, frozen=True, gc=False):
    """What is usual for the person of one metric, or how far it is from being known.

    Attributes:
        metric: its code.
        readings: how many it has been learnt from.
        median: the usual value; None: too few readings, or not over a whole day.
        deviation: of the newest reading, in the patient's own units.
        by_hour: whether it is that of the time of day.
        moved_from: what was usual before it moved lately; None: it has not.
        moved_ms: since when.
        unit: the person's own unit of spread, in the metric's unit.
    """

    metric: int
    readings: int
    median: float | None = None
    deviation: float = 0.0
    by_hour: bool = False
    moved_from: float | None = None
    moved_ms: int = 0
    unit: float = 0.0


class AssessmentQuality(Struct, frozen=True, gc=False):
    """How good what comes of a patient is.

    Attributes:
        share: of the readings of the last hours that counted, 0 to 1; None: none has come.
        doubts: technical conditions that are on, as the lane names them.
    """

    share: float | None = None
    doubts: tuple[str, ...] = ()


class Assessment(Struct, frozen=True, gc=False, kw_only=True):
    """What was known and computed after one reading.

    Attributes:
        time_ms: event time assessed (newest sample used), milliseconds since 1970.
        received_ms: when the reading was received, ward time.
        frame_id: the frame or staff entry that led to it.
        late: made from back-fill.
        clock_uncertain: made from a device whose clock is not known.
        score: NEWS2 aggregate, or None while a parameter is missing.
        low: lower bound of the aggregate over all values the missing ones could have; None where
            NEWS2 does not apply.
        high: upper bound, likewise.
        band: ``low``, ``low_medium``, ``medium`` or ``high``, by the lower bound, likewise.
        single_3: codes of the metrics that certainly score 3.
        missing: codes of the NEWS2 metrics that are absent or too old.
        assumed: codes taken from the record (up to 12 h old) rather than measured now.
        settles: code of the missing metric that would settle the band, or None.
        values: (metric code, value) pairs used.
        risk: probability of deterioration within the horizon, 0 to 1; None where NEWS2, and with
            it the model, does not apply.
        risk_proven: whether the model has proved itself on people here: else it is not shown.
        horizon_minutes: that horizon.
        model_version: version of the population model used.
        plan_revision: revision of the care plan used.
        in_episode: whether an open alert let baselines rest (they then learnt nothing).
        drivers: (words, size in log-odds) of what moves the risk most, largest first.
        baselines: what is usual for the person, by metric, and what is not known yet.
        refused: metrics whose newest readings count for nothing.
        unscored: why NEWS2 does not apply; None where it does.
        adult_assumed: whether the person was taken for an adult, since no birth date is known.
        quality: how good what comes is.
    """

    time_ms: int
    received_ms: int
    frame_id: int
    late: bool
    clock_uncertain: bool
    score: int | None = None
    low: int | None = None
    high: int | None = None
    band: str | None = None
    single_3: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    assumed: tuple[int, ...] = ()
    settles: int | None = None
    values: tuple[tuple[int, float], ...]
    risk: float | None = None
    risk_proven: bool = False
    horizon_minutes: int
    model_version: int
    plan_revision: int
    in_episode: bool
    drivers: Iterable[tuple[str, float]] = ()
    baselines: tuple[Usual, ...]
    refused: tuple[RefusedMetric, ...] = ()
    unscored: Unscored | None = None
    adult_assumed: bool = False
    quality: AssessmentQuality = AssessmentQuality()


def rfc3339(at_ms: int) -> str:
    """Return a time in milliseconds since 1970 as RFC 3339 in UTC, exact to the millisecond."""
    second, rest = divmod(at_ms, 1000)
    return f"{_to_the_second(second)}.{rest:03d}Z"


@lru_cache(maxsize=1024)
def _to_the_second(second: int) -> str:
    """A whole ward measures in the same few seconds."""
    return (_EPOCH + timedelta(seconds=second)).replace(tzinfo=None).isoformat(timespec="seconds")


def _names(codes: tuple[int, ...]) -> list[str]:
    """The metrics' names."""
    return [NAMES[code] for code in codes]


def assessment_json(assessment: Assessment) -> bytes:
    """Return the assessment in the shape that ``GET /patients/{id}/assessment`` answers."""
    return _ENCODER.encode(
        {
            "time": rfc3339(assessment.time_ms),
            "received": rfc3339(assessment.received_ms),
            "late": assessment.late,
            "clock_uncertain": assessment.clock_uncertain,
            "news2": _news2(
                (assessment.score, assessment.low, assessment.high, assessment.band),
                (assessment.single_3, assessment.missing, assessment.assumed),
                assessment.settles,
                assessment.unscored,
                assessment.adult_assumed,
            ),
            "risk": {
                "probability": None if assessment.risk is None else round(assessment.risk, 6),
                "horizon_minutes": assessment.horizon_minutes,
                "model": f"risk-{assessment.model_version}",
                "proven": assessment.risk_proven,
            },
            "baselines": [_usual(one) for one in assessment.baselines if one.median is not None],
            "warming_up": [
                _warming(one.metric, one.readings)
                for one in assessment.baselines
                if one.median is None
            ],
            "quality": _quality(assessment.quality),
            "drivers": [_driver(*one) for one in assessment.drivers],
            "values": {NAMES[code]: value for code, value in assessment.values},
            "plan_revision": assessment.plan_revision,
            "in_episode": assessment.in_episode,
            "refused": [_refused(one) for one in assessment.refused],
        }
    )


def _driver(words: str, size: float) -> dict[str, object]:
    return {"what": words, "size": size, "direction": "+" if size > 0 else "-"}


def _usual(one: Usual) -> dict[str, object]:
    told: dict[str, object] = {
        "metric": NAMES[one.metric],
        "median": one.median,
        "deviation": one.deviation,
        "unit": one.unit,
        "readings": one.readings,
        "by_hour": one.by_hour,
        "drift": None,
    }
    if one.moved_from is not None and one.median is not None:
        told["drift"] = drift(one.metric, one.moved_from, one.median, one.moved_ms)
    return told


@lru_cache(maxsize=4096)
def _warming(metric: int, readings: int) -> msgspec.Raw:
    """Encoded once: a ward that began together warms up together."""
    said = {"metric": NAMES[metric], "readings": readings, "of": READY_READINGS}
    return msgspec.Raw(_ENCODER.encode(said))


def _quality(quality: AssessmentQuality) -> dict[str, object]:
    return {"share": quality.share, "doubts": [in_words(name) for name in quality.doubts]}


def _refused(one: RefusedMetric) -> dict[str, object]:
    return {
        "metric": NAMES[one.metric],
        "count": one.count,
        "since": rfc3339(one.since_ms),
        "reason": one.reason,
        "value": one.value,
        "hint": one.hint,
        "device": one.device or None,
    }


@lru_cache(maxsize=4096)
def _news2(
    result: tuple[int | None, int | None, int | None, str | None],
    metrics: tuple[tuple[int, ...], ...],
    settles: int | None,
    unscored: Unscored | None,
    adult_assumed: bool,  # noqa: FBT001 - a key of the cache, by position
) -> msgspec.Raw:
    """Encoded once: the same few results come again and again.

    Args:
        result: score, lower and upper bound, band.
        metrics: codes of what scores 3, of what is not known, of what is assumed.
        settles: code of what would settle the band.
        unscored: why there is no score.
        adult_assumed: whether that is assumed as well.
    """
    score, low, high, band = result
    single_3, missing, assumed = metrics
    said = {
        "score": score,
        "low": low,
        "high": high,
        "band": band,
        "single_3": bool(single_3),
        "single_3_in": _names(single_3),
        "missing": _names(missing),
        "assumed": _names(assumed) + [ADULT] * adult_assumed,
        "settles": None if settles is None else NAMES[settles],
        "reason": unscored,
    }
    return msgspec.Raw(_ENCODER.encode(said))
