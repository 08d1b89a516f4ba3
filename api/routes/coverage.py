"""Coverage of a device, day by day: what has arrived and what is missing."""

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from pydantic import BaseModel

from analytics.domain.vitals import Metric
from api.devices import coverage
from api.devices.coverage import HourCount, Span
from api.errors import InvalidError, NotFoundError
from api.forms.time_range import End, Start, span_of
from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.store import coverage as sql
from api.store import devices, patients
from api.store.types import Row

router = APIRouter(tags=["devices"], dependencies=[allow(*CLINICIANS, *COORDINATORS)])
DeviceId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{2,62}$")]
DEFAULT_DAYS = 7
MOST_DAYS = 92


class MetricCoverage(BaseModel):
    """One metric on one day; ``coverage`` is null when nothing was expected."""

    expected: int
    received: int
    coverage: float | None


class DayCoverage(BaseModel):
    """One day of the ward's zone.

    ``expected`` and ``received`` are readings of the scheduled metrics, by mapped time; ``frames``
    and ``missing_frames`` go by the day of receipt (of the frame that showed the hole).
    """

    day: date
    expected: int
    received: int
    coverage: float | None
    frames: int
    missing_frames: int
    metrics: dict[str, MetricCoverage]


class Coverage(BaseModel):
    """A device's days; ``missing_frames`` counts every hole known, of whatever day.

    A hole below a frame that was refused is dated for coordinators alone: who else may not see the
    quarantine finds it in the total.
    """

    id: str
    device: str
    time_zone: str
    missing_frames: int
    items: list[DayCoverage]


@router.get("/devices/{device_id}/coverage")
async def read_coverage(
    work: Work, device_id: DeviceId, start: Start = None, end: End = None
) -> Coverage:
    """Read what of a device has arrived and what is missing, by day; the last 7 by default."""
    until = end or work.now
    span = span_of(start or until - timedelta(days=DEFAULT_DAYS), until, work.now)
    if span[1] - span[0] > timedelta(days=MOST_DAYS):
        raise InvalidError("from", f"must be at most {MOST_DAYS} days before `to`")
    row = await devices.device(work.conn, device_id)
    if row is None:
        raise NotFoundError
    zone = await patients.time_zone(work.conn, row["patient_no"])
    asked = sql.CoverageQuery(row, span, zone)
    found = {
        "hours": await sql.hours(work.conn, asked),
        "frames": await sql.frames(work.conn, asked),
        "missing": await sql.missing(work.conn, asked),
    }
    work.note("device.coverage", row["patient_no"], device=device_id)
    return Coverage(
        id=row["id"],
        device=row["id"],
        time_zone=zone,
        missing_frames=await sql.missing_in_all(work.conn, asked),
        items=_days(row, (span[0], min(span[1], max(span[0], work.now))), ZoneInfo(zone), found),
    )


def _days(row: Row, span: Span, zone: ZoneInfo, found: dict[str, list[Row]]) -> list[DayCoverage]:
    """Put the counts together; a day without any is told too, since missing is never normal."""
    hours: dict[date, list[HourCount]] = {}
    for one in found["hours"]:
        counted = HourCount(one["day"], Metric(one["metric"]).wire_name, one["count"])
        hours.setdefault(counted.day, []).append(counted)
    frames = {one["day"]: one["count"] for one in found["frames"]}
    missing = {one["day"]: one["count"] for one in found["missing"]}
    shown: list[DayCoverage] = []
    for day, part in coverage.local_days(span, zone):
        active_s = coverage.seconds_within(part, row["bound_from"], row["bound_to"])
        metrics = coverage.of_day(row["expected"], active_s, hours.get(day, []))
        scheduled = [one for one in metrics.values() if one.coverage is not None]
        shown.append(
            DayCoverage(
                day=day,
                expected=sum(one.expected for one in scheduled),
                received=sum(one.received for one in scheduled),
                coverage=coverage.whole(scheduled),
                frames=frames.get(day, 0),
                missing_frames=missing.get(day, 0),
                metrics={
                    name: MetricCoverage(
                        expected=one.expected, received=one.received, coverage=one.coverage
                    )
                    for name, one in sorted(metrics.items())
                },
            )
        )
    return shown
