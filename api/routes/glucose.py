"""Glucose of one patient: ranges, episodes, daily profile and forecast."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel

from analytics.domain.vitals import Metric, Quality
from analytics.glucose import forecast, ranges
from api.errors import NotFoundError
from api.forms.time_range import End, Start, span_of
from api.http.deps import Work
from api.patients import care_plans
from api.store import patients, readings
from api.store.timestamps import ms_of, rfc3339

router = APIRouter(tags=["readings"])
_DEFAULT = timedelta(days=14)
_MOST = 40_000
"""140 days at one reading in five minutes."""
_FRESH_MS = 15 * 60_000
_GOOD = frozenset(int(one) for one in Quality if one.scored)


class Glucose(BaseModel):
    """What glucose did in a span, in mg/dL; the profile's hours are of the patient's own day.

    ``forecast`` is null unless the last half hour is whole and the newest reading at most 15
    minutes old; its ``chance_low`` is that of a value below 70 mg/dL until then, and it ``warns``
    from the chance on that is set. ``truncated``: there was more than can be told; the newest part
    is.
    """

    unit: str = "mg/dL"
    start: datetime
    end: datetime
    count: int
    truncated: bool
    ranges: dict[str, float]
    targets: dict[str, float]
    mean: float | None
    cv: float | None
    gmi: float | None
    covered: float
    episodes: list[dict[str, Any]]
    profile: list[dict[str, Any]]
    time_zone: str
    forecast: dict[str, Any] | None


_TARGETS = {"target": 0.70, "low_or_below": 0.04, "very_low": 0.01, "high_or_above": 0.25}
"""For most adults with diabetes (consensus 2019): at least in target, at most of the others."""


@router.get("/patients/{patient_id}/glucose")
async def read_glucose(
    work: Work, patient_id: UUID, start: Start = None, end: End = None
) -> Glucose:
    """Read time in range, episodes by level, the ambulatory profile and a 30 min forecast."""
    since, until = span_of(start, end, work.now, _DEFAULT)
    row = await patients.record(work.conn, patient_id)
    if row is None:
        raise NotFoundError
    number = row["no"]
    found = await readings.series(work.conn, number, int(Metric.GLUCOSE), (since, until), _MOST + 1)
    work.note("glucose.read", number, points=len(found))
    truncated = len(found) > _MOST
    told = [(ms_of(row["time"]), row["value"]) for row in found[-_MOST:] if row["quality"] in _GOOD]
    zone = row["time_zone"]
    policy = (await care_plans.standing_of(work, row)).policy
    made = ranges.summary(told, ms_of(until) - ms_of(since))
    return Glucose(
        start=since,
        end=until,
        count=len(told),
        truncated=truncated,
        ranges=made.shares,
        targets=_TARGETS,
        mean=made.mean,
        cv=made.cv,
        gmi=made.gmi,
        covered=made.covered,
        episodes=[_episode(one) for one in ranges.episodes(told)],
        profile=[msgspec.to_builtins(one) for one in ranges.profile(told, _minutes(zone))],
        time_zone=zone,
        forecast=_forecast(told, ms_of(work.now), policy.low_soon_chance),
    )


def _minutes(zone: str) -> Any:  # noqa: ANN401 - a function of a time
    own = ZoneInfo(zone)

    def minute_of(t_ms: int) -> int:
        at = datetime.fromtimestamp(t_ms / 1000, own)
        return at.hour * 60 + at.minute

    return minute_of


def _episode(one: ranges.GlucoseEpisode) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "level": one.level,
        "start": _time(one.start_ms),
        "end": None if one.end_ms is None else _time(one.end_ms),
        "worst": one.worst,
    }


def _forecast(
    told: list[tuple[int, float]], now_ms: int, warn_from: float
) -> dict[str, Any] | None:
    recent = [one for one in told if one[0] >= told[-1][0] - forecast.HISTORY_MS]
    if not recent or now_ms - recent[-1][0] > _FRESH_MS:
        return None
    times, values = zip(*recent, strict=True)
    model = forecast.shipped()
    made = forecast.forecast(model, times, values, forecast.usual([value for _, value in told]))
    if made is None:
        return None
    return {
        "time": _time(made.at_ms),
        "value": made.value,
        "interval90": [made.low, made.high],
        "chance_low": made.chance_low,
        "warns": made.chance_low >= warn_from,
        "model": model.card.method,
    }


def _time(t_ms: int) -> str | None:
    return rfc3339(datetime.fromtimestamp(t_ms / 1000, UTC))
