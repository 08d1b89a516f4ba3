"""What alerts cost a ward and what they are worth, so that it can be watched."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from analytics.alerts import burden
from api.forms.time_range import End, Start, span_of
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.patients.asked_ward import asked_ward
from api.patients.identifiers import name_people
from api.patients.ward_policy import WardPolicies
from api.store import burden as sql
from api.store import wards
from api.store.timestamps import rfc3339
from api.store.types import Row

router = APIRouter(tags=["alerts"])
_WEEK = timedelta(days=7)
_GROUPS, _TOP, _HOURS = 500, 10, 50


@router.get("/alerts/burden", dependencies=[allow(*COORDINATORS)])
async def read_burden(
    work: Work,
    start: Start = None,
    end: End = None,
    by: Literal["condition", "patient", "hour"] | None = None,
    ward: Annotated[str | None, Query(max_length=60)] = None,
) -> dict[str, Any]:
    """Alerts and calls a patient-day, answers in time, outcomes and what they are worth.

    The last seven days unless ``from`` and ``to`` say otherwise; clinical alerts by when they were
    raised, calls by when they called. ``by`` adds ``groups`` (hours of the ward's civil day);
    ``conditions`` always has the predictive value of each, ``top`` the ten patients' conditions
    that called most, ``budget`` the hours with more calls than the ward's people can answer.
    """
    ward = await asked_ward(work, ward)
    since, until = span_of(start, min(end, work.now) if end else work.now, work.now, _WEEK)
    zone = work.services.settings.zone
    question = sql.asked(since, until, ward, zone, _GROUPS)
    days = await sql.patient_days(work.conn, question)
    whole = sum(days.values())
    total = await sql.groups(work.conn, "", question)
    technical = await sql.groups(work.conn, "", question | {"kind": "technical"})
    answer = {
        "from": rfc3339(since),
        "to": rfc3339(until),
        "ward": ward,
        "time_zone": zone,
        "patient_days": round(whole, 3),
        "total": burden.told(total[0] if total else _NOTHING, whole),
        "technical": _counts(technical[0] if technical else _NOTHING),
        "conditions": await _groups(work, "condition", question, {}, whole),
        "groups": None if by is None else await _groups(work, by, question, days, whole),
        "top": await _top(work, question),
        "budget": await _budget(work, question, ward),
    }
    work.note("burden.read", ward=ward)
    return answer


_NOTHING: Row = dict.fromkeys(
    (
        "alerts",
        "high",
        "medium",
        "low",
        "calls",
        "in_time",
        "answered_or_passed_on",
        "actionable",
        "not_actionable",
        "false",
    ),
    0,
) | dict.fromkeys(
    ("acknowledged_median", "acknowledged_p90", "resolved_median", "resolved_p90"), None
)


def _counts(row: Row) -> dict[str, int]:
    return {"alerts": row["alerts"], "calls": row["calls"]}


async def _groups(
    work: UnitOfWork, by: str, question: Row, days: dict[str, float], whole: float
) -> list[dict[str, Any]]:
    """Return the figures by a key; of a patient by their own days, else by everybody's."""
    rows = await sql.groups(work.conn, by, question)
    items = [
        {
            by: int(row["key"]) if by == "hour" else row["key"],
            **burden.told(row, days.get(row["key"], 0.0) if by == "patient" else whole),
        }
        for row in rows
        if row["key"] is not None
    ]
    if by == "patient":
        named = await name_people(work.conn, work.services.vault, items)
        if named:
            work.saw("burden.read", named, by=by)
    if by == "hour":
        items.sort(key=lambda one: one["hour"])
    return items


async def _top(work: UnitOfWork, question: Row) -> list[dict[str, Any]]:
    rows = await sql.sources(work.conn, question | {"limit": _TOP})
    items = [
        {
            "patient": str(row["patient"]) if row["patient"] else None,
            "condition": row["condition"],
            "calls": row["calls"],
            "alerts": row["alerts"],
        }
        for row in rows
    ]
    named = await name_people(work.conn, work.services.vault, items)
    if named:
        work.saw("burden.read", named, by="source")
    return items


async def _budget(work: UnitOfWork, question: Row, ward: str | None) -> dict[str, Any]:
    """Return the ward's budget, and the hours that broke it, the worst first."""
    known = WardPolicies()
    rows = {row["ward"]: row for row in await wards.every(work.conn)}
    budgets = {name: known.of(row).budget.calls_a_nurse_hour for name, row in rows.items()}
    default = known.base.budget.calls_a_nurse_hour
    hours = [
        burden.WardHour(
            ward=row["ward"],
            start=rfc3339(row["hour"]) or "",
            calls=row["calls"],
            staff=row["staff"],
        )
        for row in await sql.hours(work.conn, question)
    ]
    over = burden.broken(hours, budgets, default)
    return {
        "calls_a_nurse_hour": budgets.get(ward, default) if ward else default,
        "hours_with_calls": len(hours),
        "hours_broken": len(over),
        "broken": [
            {
                "ward": one.ward,
                "hour": one.start,
                "calls": one.calls,
                "staff": round(one.staff, 2),
                "calls_a_nurse_hour": round(one.calls / one.staff, 2) if one.staff else None,
            }
            for one in over[:_HOURS]
        ],
    }
