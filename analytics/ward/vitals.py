"""The newest vital signs of a patient as a row of the panel shows them. Pure.

Each has the NEWS2 points that it alone scores, how far it lies from the person's own usual, and
when it will be too old for a score: the earliest of these is the next observation that is due.
Sources: the bands of ``analytics.news2`` (Royal College of Physicians, 2017); the ages of
``analytics.policy``. Not a medical device.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from analytics.domain.vitals import METRIC_BY_NAME, Metric, Quality
from analytics.news2 import tables
from analytics.policy import DEFAULT, Policy

SHOWN: Final = (
    Metric.SPO2,
    Metric.RR,
    Metric.HR,
    Metric.SBP,
    Metric.DBP,
    Metric.TEMP,
    Metric.ACVPU,
    Metric.O2,
    Metric.GLUCOSE,
    Metric.WEIGHT,
)
SCORED: Final = (
    Metric.RR,
    Metric.SPO2,
    Metric.O2,
    Metric.SBP,
    Metric.HR,
    Metric.ACVPU,
    Metric.TEMP,
)
_GOOD: Final = frozenset(quality.name.lower() for quality in Quality if quality.scored)
_SIMPLE: Final = {
    Metric.RR: (tables.RR_POINTS, tables.whole),
    Metric.SBP: (tables.SBP_POINTS, tables.whole),
    Metric.HR: (tables.HR_POINTS, tables.whole),
    Metric.TEMP: (tables.TEMP_POINTS, tables.tenths),
    Metric.ACVPU: (tables.ACVPU_POINTS, tables.whole),
}
_SPO2_1: Final = tables.table(tables.SPO2_BANDS, 101)
_SPO2_AIR: Final = tables.table(tables.SPO2_2_AIR_BANDS, 101)
_SPO2_OXYGEN: Final = tables.table(tables.SPO2_2_OXYGEN_BANDS, 101)
Newest = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worn:
    """Of whom the vital signs are.

    Attributes:
        latest: newest reading by metric name: value ``v``, time ``t`` and that of the newest good
            one ``g`` (milliseconds since 1970), quality ``q``.
        baselines: the person's own usual by metric name: ``median`` and ``deviation`` from it.
        scale: SpO2 scale, 1 or 2.
        scored: whether NEWS2 applies.
        policy: how old a reading may be for a score, as the ward has set it.
    """

    latest: Newest
    baselines: Mapping[str, Mapping[str, float]]
    scale: int
    scored: bool
    policy: Policy = DEFAULT


def points_of(metric: Metric, value: float, *, scale: int, oxygen: bool | None) -> int | None:
    """Return the NEWS2 points of one value alone; None for what NEWS2 does not score.

    Args:
        metric: what was measured.
        value: in the metric's unit, within its ``reject`` range.
        scale: SpO2 scale, 1 or 2.
        oxygen: whether on oxygen; None: not known, then the fewer points are told.
    """
    if metric is Metric.O2:
        return tables.OXYGEN_POINTS if value > 0 else 0
    if metric is Metric.SPO2:
        return _spo2_points(tables.whole(value), scale=scale, oxygen=oxygen)
    if metric not in _SIMPLE:
        return None
    points, rounded = _SIMPLE[metric]
    return points[rounded(value)]


def _spo2_points(value: int, *, scale: int, oxygen: bool | None) -> int:
    if scale == 1:
        return _SPO2_1[value]
    if oxygen is None:
        return min(_SPO2_AIR[value], _SPO2_OXYGEN[value])
    return (_SPO2_OXYGEN if oxygen else _SPO2_AIR)[value]


def vitals_now(worn: Worn, now_ms: int) -> list[dict[str, Any]]:
    """Return the newest reading of each vital sign, in the order of :data:`SHOWN`.

    ``until``: from then on it is too old for a score.
    ``points`` is null where none apply: too old, of doubtful quality, or not part of NEWS2.
    ``deviation`` is in the person's own units of spread; null while no usual is known.
    """
    oxygen = _oxygen(worn, now_ms)
    return [
        _vital(metric, worn, now_ms, oxygen=oxygen)
        for metric in SHOWN
        if metric.wire_name in worn.latest
    ]


def _oxygen(worn: Worn, now_ms: int) -> bool | None:
    told = worn.latest.get(Metric.O2.wire_name)
    if told is None or not _counts(Metric.O2, worn, now_ms):
        return None
    return bool(told["v"] > 0)


def _counts(metric: Metric, worn: Worn, now_ms: int) -> bool:
    """Whether the newest reading is good and young enough for a score."""
    newest = worn.latest[metric.wire_name]
    young = now_ms - int(newest["t"]) <= _age_ms(metric, worn.policy)
    return young and newest.get("q") in _GOOD


def _age_ms(metric: Metric, policy: Policy) -> int:
    return policy.max_age_ms.get(metric, policy.other_age_ms)


def _vital(metric: Metric, worn: Worn, now_ms: int, *, oxygen: bool | None) -> dict[str, Any]:
    name = metric.wire_name
    newest = worn.latest[name]
    counts = _counts(metric, worn, now_ms)
    usual = worn.baselines.get(name)
    points = (
        points_of(metric, float(newest["v"]), scale=worn.scale, oxygen=oxygen) if counts else None
    )
    return {
        "metric": name,
        "value": newest["v"],
        "time": _moment(int(newest["t"])),
        "quality": newest.get("q"),
        "counts": counts,
        "until": _moment(int(newest["t"]) + _age_ms(metric, worn.policy)) if counts else None,
        "points": points if worn.scored else None,
        "usual": None if usual is None else usual["median"],
        "deviation": None if usual is None or not counts else usual["deviation"],
    }


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1_000, UTC)


def next_due(worn: Worn, now_ms: int) -> dict[str, Any] | None:
    """Return what has to be measured next for the score to stay whole, and until when.

    ``at`` is null where something is missing already; the whole answer is null where NEWS2 does
    not apply.
    """
    if not worn.scored:
        return None
    ends = {metric: _too_old_ms(metric, worn) for metric in SCORED}
    missing = [metric.wire_name for metric, end in ends.items() if end <= now_ms]
    if missing:
        return {"at": None, "metrics": missing}
    first = min(ends.values())
    names = [metric.wire_name for metric, end in ends.items() if end == first]
    return {"at": _moment(first), "metrics": names}


def due_of(metric: Metric, worn: Worn) -> tuple[int, datetime] | None:
    """Return until when the newest good reading of a metric counts; None: there is none."""
    end = _too_old_ms(metric, worn)
    return (end, _moment(end)) if end else None


def _too_old_ms(metric: Metric, worn: Worn) -> int:
    newest = worn.latest.get(metric.wire_name)
    good = None if newest is None else newest.get("g", newest["t"])
    return 0 if good is None else int(good) + _age_ms(metric, worn.policy)


def baselines_of(told: object) -> dict[str, Mapping[str, float]]:
    """Return an assessment's ``baselines`` by metric name; nothing readable is none."""
    if not isinstance(told, list):
        return {}
    return {one["metric"]: one for one in told if one.get("metric") in METRIC_BY_NAME}
