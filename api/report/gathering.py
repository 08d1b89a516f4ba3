"""What a discharge report says, read for one stay in the rights of whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from analytics.domain.civil import zone_of
from analytics.domain.vitals import CLINICAL, FACTS, Metric
from api.errors import ConflictError, NotFoundError
from api.http.deps import UnitOfWork
from api.patients import care_plans
from api.patients.identifiers import identifier_of
from api.store import accounts, alert_list, chart_points, patients, rollups, stays
from api.store.aging import aged_message
from api.store.types import Row
from api.vault import personal_data

SLICES = 160
MOST_ALERTS = 300
_SHORTEST = timedelta(minutes=1)
_DRAWN = tuple(one for one in Metric if one in CLINICAL and one not in (Metric.ACVPU, Metric.O2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One metric's course: time, lowest, mean and highest of each slice.

    Attributes:
        label: as people read it.
        unit: UCUM.
        points: in order of time.
        low: the limit below; None: there is none.
        high: the limit above.
    """

    label: str
    unit: str
    points: Sequence[tuple[datetime, float, float, float]]
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """One alert of the stay."""

    at: datetime
    priority: str
    message: str
    state: str
    outcome: str
    answered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One metric's thresholds, as text."""

    label: str
    unit: str
    low: str
    high: str
    critical: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeReport:
    """A stay, as it is printed; times in the patient's zone.

    Attributes:
        name: of the patient.
        identifier: birth date and external id.
        ward: where.
        zone: of the times.
        start: of the stay.
        end: of the stay; None: it goes on.
        until: up to when the report tells it.
        team: who cared for the patient.
        curves: of what was measured.
        news2: the score as a curve; lowest and highest are its bounds.
        alerts: newest first.
        more_alerts: whether there are more than are told.
        limits: thresholds in force at the end.
        counts: how many readings there are, by label.
        made_at: when the report was made.
        made_by: by whom.
    """

    name: str
    identifier: str
    ward: str
    zone: str
    start: datetime
    end: datetime | None
    until: datetime
    team: Sequence[str]
    curves: Sequence[Curve]
    news2: Curve
    alerts: Sequence[AlertLine]
    more_alerts: bool
    limits: Sequence[LimitLine]
    counts: Sequence[tuple[str, int]]
    made_at: datetime
    made_by: str


async def discharge_report(
    work: UnitOfWork, patient_id: UUID, stay_id: UUID | None
) -> DischargeReport:
    """Read a stay; the newest where none is named.

    Raises:
        NotFoundError: the patient may not be seen, or has no such stay.
        ConflictError: the person was erased.
    """
    row = await patients.record(work.conn, patient_id)
    if row is None:
        raise NotFoundError
    personal = personal_data.open_personal(work.services.vault, row)
    if personal is None:
        raise ConflictError("This person was erased.")
    stay = await _stay(work, row["no"], stay_id)
    zone = zone_of(row["time_zone"])
    until = stay["period_end"] or work.now
    span = (stay["period_start"], until)
    limits = await care_plans.limits_in_force(work, row)
    alerts, more = await _alerts(work, patient_id, span)
    curves, counts = await _curves(work, row["no"], span, limits)
    team = stay["participants"] or await patients.care_team(work.conn, row["no"])
    names = await accounts.names(work.conn, team)
    work.note("patient.report", row["no"], stay=str(stay["id"]))
    return DischargeReport(
        name=personal.name,
        identifier=identifier_of(personal) or "",
        ward=row["ward"],
        zone=row["time_zone"],
        start=stay["period_start"].astimezone(zone),
        end=stay["period_end"] and stay["period_end"].astimezone(zone),
        until=until.astimezone(zone),
        team=sorted(names.values()),
        curves=curves,
        news2=await _news2(work, row["no"], span),
        alerts=alerts,
        more_alerts=more,
        limits=_limits(limits),
        counts=counts,
        made_at=work.now.astimezone(zone),
        made_by=work.caller.display_name or work.caller.username,
    )


async def _stay(work: UnitOfWork, patient_no: int, stay_id: UUID | None) -> Row:
    for one in await stays.of_patient(work.conn, patient_no):
        if stay_id in (None, one["id"]):
            return one
    raise NotFoundError


async def _curves(
    work: UnitOfWork, patient_no: int, span: tuple[datetime, datetime], limits: dict[str, Any]
) -> tuple[list[Curve], list[tuple[str, int]]]:
    width = max(_SHORTEST, rollups.neat_width(span, SLICES))
    metrics = [int(one) for one in _DRAWN]
    rows = await rollups.observations(
        work.conn,
        patient_no,
        metrics,
        span,
        width,
        zone=None,
        after=None,
        limit=(SLICES + 2) * len(metrics),
    )
    found: dict[Metric, list[rollups.BucketRow]] = {}
    for row in rows:
        found.setdefault(Metric(row.metric), []).append(row)
    curves, counts = [], []
    for metric, points in sorted(found.items()):
        said = limits.get(metric.wire_name, {})
        told = [(one.start, one.low, one.mean, one.high) for one in points]
        facts = FACTS[metric]
        curves.append(
            Curve(
                label=facts.label,
                unit=facts.unit,
                points=told,
                low=said.get("low"),
                high=said.get("high"),
            )
        )
        counts.append((facts.label, sum(one.n for one in points)))
    return curves, counts


async def _news2(work: UnitOfWork, patient_no: int, span: tuple[datetime, datetime]) -> Curve:
    rows = await chart_points.assessments(work.conn, patient_no, *span)
    points = [(one["newest"], one["low"], one["low"], one["high"]) for one in rows]
    return Curve(label="NEWS2 (at least, and at most)", unit="", points=points, high=5)


async def _alerts(
    work: UnitOfWork, patient_id: UUID, span: tuple[datetime, datetime]
) -> tuple[list[AlertLine], bool]:
    states = [*alert_list.LIVE, *alert_list.CLOSED]
    wanted = alert_list.Wanted(states=states, patient=patient_id, kind="clinical")
    rows = await alert_list.page(work.conn, wanted, now=work.now, limit=MOST_ALERTS + 1)
    of_stay = [one for one in rows if span[0] <= one["raised_at"] <= span[1]]
    of_stay.sort(key=lambda one: one["raised_at"], reverse=True)
    lines = [
        AlertLine(
            at=one["raised_at"],
            priority=one["priority"],
            message=aged_message(one, work.civil_now),
            state=one["state"],
            outcome=(one["outcome"] or "").replace("_", " "),
            answered_by=one["closed_name"] or one["acknowledged_name"] or "",
        )
        for one in of_stay[:MOST_ALERTS]
    ]
    return lines, len(rows) > MOST_ALERTS


def _limits(limits: dict[str, Any]) -> list[LimitLine]:
    return [
        LimitLine(
            label=FACTS[metric].label,
            unit=FACTS[metric].unit,
            low=_number(said["low"]),
            high=_number(said["high"]),
            critical=f"{_number(said['critical']['low'])} / {_number(said['critical']['high'])}",
            origin=", ".join(sorted({str(one) for one in said["origin"].values() if one})),
        )
        for metric in Metric
        if (said := limits.get(metric.wire_name)) is not None
    ]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
