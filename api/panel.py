"""The order of the panel: who needs somebody first. Pure, so that it can be argued about.

Urgency is the highest of what open alerts and the NEWS2 lower bound say (Royal College of
Physicians, 2017: 5 or a single 3 is urgent, 7 an emergency), then the score itself, then whether
part of it is missing, then the risk. Rules come first: a model's risk only orders patients whom
the rules call equal. Whoever has no fresh score is never called well, however fresh a device's
heartbeat is: not knowing ranks above a low score.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.assessment import ADULT
from analytics.domain.care import Scoring
from analytics.domain.vitals import METRIC_BY_NAME, Metric

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
_POINT, _INCOMPLETE, _RISK = 4.0, 2.0, 1.9
_EMERGENCY, _URGENT = 7, 5
_MAX_SCORE = 20
_PRIORITY = {"high": 3, "medium": 2, "low": 1}
_GRACE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the order of one patient depends on.

    Attributes:
        alert: highest priority of the open alerts, None without any.
        low: lower bound of NEWS2, None if nothing was assessed.
        single_3: whether one parameter alone scores 3.
        risk: probability of deterioration, None if unknown.
        freshness_s: ward seconds since anything arrived, None if nothing ever did.
        watched: False while paused.
        score_age_s: ward seconds since the newest scored measurement, None if there is none.
        complete: whether every parameter of the score was known.
        scored: whether NEWS2 applies at all.
    """

    alert: str | None
    low: int | None
    single_3: bool
    risk: float | None
    freshness_s: float | None
    watched: bool = True
    score_age_s: float | None = 0.0
    complete: bool = True
    scored: bool = True


def urgency(standing: Standing) -> float:
    """Return the urgency, 0 to 400, higher first: hundreds are the level, the rest orders."""
    if not standing.watched and standing.alert is None:
        return 0.0
    level = max(_PRIORITY.get(standing.alert or "", 0), _news2_level(standing))
    score = min((standing.low or 0) if standing.scored else 0, _MAX_SCORE)
    missing = 0.0 if standing.complete or not standing.scored else _INCOMPLETE
    return round(100.0 * level + _POINT * score + missing + _RISK * (standing.risk or 0.0), 3)


def _news2_level(standing: Standing) -> int:
    low = standing.low if standing.scored else None
    if low is not None and low >= _EMERGENCY:
        return 3
    if (standing.single_3 and standing.scored) or (low is not None and low >= _URGENT):
        return 2
    heard, scored = standing.freshness_s, standing.score_age_s
    if not standing.scored:
        return 1 if heard is None or heard > STALE_S else 0
    if low is None or heard is None or scored is None:
        return 1
    return 1 if heard > STALE_S or scored > STALE_SCORE_S else 0


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
