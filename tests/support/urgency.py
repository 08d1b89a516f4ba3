"""The order of the panel said a second time: the database's must agree with it."""

from dataclasses import dataclass

from analytics.ward import urgency as panel
from analytics.ward.urgency import THRESHOLDS

PRIORITY = {"high": 3, "medium": 2, "low": 1}


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
    level = max(PRIORITY.get(standing.alert or "", 0), _news2_level(standing))
    score = min((standing.low or 0) if standing.scored else 0, THRESHOLDS["most"])
    missing = 0.0 if standing.complete or not standing.scored else THRESHOLDS["incomplete"]
    return round(
        100.0 * level
        + THRESHOLDS["point"] * score
        + missing
        + THRESHOLDS["risk"] * (standing.risk or 0.0),
        3,
    )


def _news2_level(standing: Standing) -> int:
    low = standing.low if standing.scored else None
    if low is not None and low >= THRESHOLDS["emergency"]:
        return 3
    if (standing.single_3 and standing.scored) or (low is not None and low >= THRESHOLDS["urgent"]):
        return 2
    heard, scored = standing.freshness_s, standing.score_age_s
    if not standing.scored:
        return 1 if heard is None or heard > panel.STALE_S else 0
    if low is None or heard is None or scored is None:
        return 1
    return 1 if heard > panel.STALE_S or scored > panel.STALE_SCORE_S else 0
