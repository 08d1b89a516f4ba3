"""The order of the panel: who needs somebody first. Pure, so that it can be argued about.

Urgency is the highest of what open alerts and the NEWS2 lower bound say (Royal College of
Physicians, 2017: 5 or a single 3 is urgent, 7 an emergency), then the score itself, then whether
part of it is missing, then the risk. Rules come first: a model's risk only orders patients whom
the rules call equal. Whoever has no fresh score is never called well, however fresh a device's
heartbeat is: not knowing ranks above a low score.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.domain.care import Scoring
from analytics.domain.vitals import METRIC_BY_NAME, Metric
from analytics.lane.assessment import ADULT

NEWS2_METRICS = (
    Metric.RR,
    Metric.SPO2,
    Metric.O2,
    Metric.SBP,
    Metric.HR,
    Metric.ACVPU,
    Metric.TEMP,
)
UNKNOWN_NEWS2: Mapping[str, object] = {
    "score": None,
    "low": 0,
    "high": 20,
    "band": None,
    "single_3": False,
    "single_3_in": [],
    "missing": [metric.wire_name for metric in NEWS2_METRICS],
    "assumed": [],
    "settles": None,
    "reason": None,
}
"""What is told while nothing was assessed: everything is missing, every score is possible."""

NOT_SCORED: Mapping[str, object] = {
    **dict.fromkeys(("score", "low", "high", "band", "settles")),
    "single_3": False,
    **dict.fromkeys(("single_3_in", "missing", "assumed"), ()),
}
"""What is told of somebody to whom NEWS2 does not apply, besides the reason."""
_EVERYTHING = {"score": None, "high": 20, "missing": UNKNOWN_NEWS2["missing"], "settles": None}
STALE_S = 3_600.0
STALE_SCORE_S = 7_200.0
"""Pulse, breathing and SpO2 older than this are in no score (``analytics.policy``): a score as old
says nothing of now."""
SILENT_S = 900.0
"""Nothing heard for longer is silence (proposed)."""
THRESHOLDS: Mapping[str, float] = {
    "emergency": 7,
    "urgent": 5,
    "stale_s": STALE_S,
    "stale_score_s": STALE_SCORE_S,
    "silent_s": SILENT_S,
    "point": 4.0,
    "most": 20,
    "incomplete": 2.0,
    "risk": 1.9,
    "act": 300,
    "review": 100,
}
"""What the order goes by. Hundreds are the level: an open alert's priority or NEWS2's (7, 5 or a
single 3), 1 for who is not known; below it ``point`` for each point of the score, ``incomplete``
for a score that is not whole, and at most ``risk`` for the model's probability. From ``act`` on
somebody has to act now, from ``review`` on to look; who is below is steady."""
_GRACE = 3.0


def news2_now(
    told: Mapping[str, Any] | None, score_age_s: float | None, scoring: Scoring, now_ms: int
) -> dict[str, Any]:
    """Return what NEWS2 says now: an old score keeps its lower bound and is complete no more.

    Whom it does not apply to has the reason in its place, whatever was assessed before.

    Args:
        told: as it was assessed; None if nothing was.
        score_age_s: ward seconds since the newest scored measurement.
        scoring: whom NEWS2 is for, by the care plan in force.
        now_ms: the ward's time, in milliseconds since 1970.
    """
    why = scoring.unscored_at(now_ms)
    if why is not None:
        return {**NOT_SCORED, "reason": why}
    known = _as_known(told if told and not told.get("reason") else None, score_age_s)
    assumed = [one for one in known.get("assumed") or () if one != ADULT]
    return {**known, "assumed": assumed + [ADULT] * scoring.adult_assumed, "reason": None}


def _as_known(told: Mapping[str, Any] | None, score_age_s: float | None) -> dict[str, Any]:
    if not told:
        return dict(UNKNOWN_NEWS2)
    if score_age_s is not None and score_age_s <= STALE_SCORE_S:
        return dict(told)
    return {**told, **_EVERYTHING, "assumed": [], "stale": True}


def coverage(
    latest: Mapping[str, Mapping[str, Any]],
    schedules: Iterable[Mapping[str, float]],
    now_ms: int,
) -> float | None:
    """Return which share of the expected metrics is up to date, 0 to 1; None if none is expected.

    A metric is up to date when its newest reading that is good enough for a score is younger than
    three of its expected intervals.

    Args:
        latest: newest reading by metric name, with its time ``t`` and that of the newest good one
            ``g`` (milliseconds since 1970; null: none was ever good).
        schedules: expected seconds between readings by metric name, one for each device.
        now_ms: the ward's time, in milliseconds since 1970.
    """
    expected: dict[str, float] = {}
    for schedule in schedules:
        for name, seconds in schedule.items():
            if name in METRIC_BY_NAME:
                expected[name] = min(seconds, expected.get(name, seconds))
    if not expected:
        return None
    fresh = [
        name
        for name, seconds in expected.items()
        if now_ms - _good_ms(latest.get(name)) <= seconds * 1_000 * _GRACE
    ]
    return round(len(fresh) / len(expected), 3)


def _good_ms(newest: Mapping[str, Any] | None) -> int:
    return 0 if newest is None else int(newest.get("g", newest["t"]) or 0)
