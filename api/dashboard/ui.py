"""JSON routes of the pages alone: the state of the ward itself, courses, the handover.

These answers serve our own pages and may change with them; programs use ``/api/v1``.
"""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from analytics.domain.care import Role
from analytics.domain.episode_policy import EpisodePolicy
from analytics.news2.score import BANDS
from analytics.ward import urgency
from api.errors import InvalidError, NotFoundError
from api.forms.timestamps import Moment
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.http.elsewhere import ask_replica
from api.patients import handover_lines
from api.patients.identifiers import name_people
from api.patients.ward_policy import WardPolicies
from api.store import (
    alert_list,
    chart_points,
    devices,
    duty,
    gateways,
    leadership,
    models,
    patients,
    shift_handovers,
    wards,
)
from api.store import panel as ranking
from api.store.alerts import OUT_OF_HOURS
from api.store.timestamps import rfc3339
from api.store.types import Row

router = APIRouter(prefix="/ui", include_in_schema=False)

_ENGINE_DEAD_S = 15.0
_MOST_PATIENTS = 2_000
_MOST_DAYS = 400
_OPEN = ("open", "acknowledged")


@router.get("/status")
async def status(work: Work) -> dict[str, Any]:
    """Tell the ward's time, and whether anybody would notice if something went wrong.

    A patient's pages are about one person: they are told the zone in which that person lives.
    """
    ages = await leadership.ages(work.conn)
    there = await duty.on_shift(work.conn, work.now)
    ward = work.caller.ward
    every = work.caller.role is Role.ADMIN
    settings = work.services.settings
    policy = WardPolicies().of(await wards.settings(work.conn, ward) if ward else None)
    return {
        "phone": policy.contact.ward_phone or None,
        "out_of_hours": _contact(policy.episodes),
        "now": rfc3339(work.now),
        "rate": settings.clock_rate if settings.clock_start else 1.0,
        "zone": settings.ward_time_zone
        if work.caller.patient_no is None
        else await patients.time_zone(work.conn, work.caller.patient_no),
        "engine": ages.get("alerts", _ENGINE_DEAD_S) < _ENGINE_DEAD_S,
        "gateway": await gateways.alive(work.conn, settings.gateway_silent_s),
        "handovers": await shift_handovers.waiting(work.conn, work.caller.user_id),
        "on_shift": sum(1 for one in there if every or one["ward"] == ward),
    }


def _contact(policy: EpisodePolicy) -> dict[str, str] | None:
    """Return whom to ring when nobody of the ward is there."""
    if not policy.has_contact:
        return None
    return {"name": policy.out_of_hours_name or OUT_OF_HOURS, "phone": policy.out_of_hours_phone}


async def _number(work: UnitOfWork, patient_id: UUID) -> int:
    found = await patients.number(work.conn, patient_id)
    if found is None:
        raise NotFoundError
    return found


@router.get("/patients/{patient_id}/history")
async def history(
    work: Work,
    response: Response,
    patient_id: UUID,
    start: Annotated[Moment, Query(alias="from")],
    end: Annotated[Moment, Query(alias="to")],
) -> dict[str, Any]:
    """Return NEWS2 bounds and risk over time."""
    if not start < end <= start + timedelta(days=_MOST_DAYS):
        raise InvalidError("to", f"must follow `from` by at most {_MOST_DAYS} days")
    number = await _number(work, patient_id)
    rows, age = await ask_replica(
        work, lambda where: chart_points.assessments(where.conn, number, start, end)
    )
    response.headers.update(age)
    work.note("assessments.read", number, points=len(rows))
    return {"items": [_point(row) for row in rows]}


def _point(row: Row) -> dict[str, Any]:
    return {
        "time": rfc3339(row["newest"]),
        "score": None if row["partial"] else row["low"],
        "low": row["low"],
        "high": row["high"],
        "band": BANDS[row["band"]],
        "risk": row["risk"],
    }


@router.get("/patients/{patient_id}/devices")
async def patients_devices(work: Work, patient_id: UUID) -> dict[str, Any]:
    """Return a patient's devices with when they were last heard, for who cares for the patient."""
    number = await _number(work, patient_id)
    known = await devices.devices(work.conn, after=0, limit=50, patient_no=number)
    await name_people(work.conn, work.services.vault, known)
    now = await chart_points.newest(work.conn, [number])
    wanted = alert_list.Wanted(states=_OPEN, patient=patient_id)
    raised = await alert_list.page(work.conn, wanted, now=work.now, limit=50)
    silent = {one["device"] for one in raised if one["condition"] == "silent"}
    latest = now[number]["latest"] if number in now else {}
    work.note("devices.list", number)
    return {"items": [_device(one, latest.get("battery"), silent) for one in known]}


@router.get("/patients/{patient_id}/accounts", dependencies=[allow(*COORDINATORS)])
async def patients_accounts(work: Work, patient_id: UUID) -> dict[str, Any]:
    """Return the accounts with which a patient sees their own readings."""
    number = await _number(work, patient_id)
    work.note("account.list", number)
    return {"items": await chart_points.accounts(work.conn, number)}


def _device(row: Row, battery: Row | None, silent: set[str]) -> dict[str, Any]:
    known = ("id", "kind", "serial", "expected", "state", "online", "missing_frames")
    own = battery is not None and battery.get("device") in {row["id"], row["no"]}
    return {name: row[name] for name in known} | {
        "bound_to": rfc3339(row["bound_to"]),
        "last_received": rfc3339(row["last_received"]),
        "certificate_until": rfc3339(row["certificate_until"]),
        "certificate_days": row["certificate_days"],
        "battery": battery["v"] if battery is not None and own else None,
        "silent": row["id"] in silent,
    }


@router.get("/handover", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def handover(work: Work, hours: Annotated[int, Query(ge=1, le=72)] = 12) -> dict[str, Any]:
    """Return each patient's state, newest vitals and what was raised in the last hours.

    Of more patients than a list can hold the most urgent are told, and of how many.
    """
    asked = ranking.PanelQuery(limit=_MOST_PATIENTS)
    ranked = await ranking.page(work.conn, asked, urgency.THRESHOLDS, work.now)
    items, told = await handover_lines.lines(work, [row["no"] for row in ranked.rows], hours)
    work.saw("handover.read", [row.pop("no") for row in items])
    shown = len(items)
    ward = told.pop(None, [])
    if ward:
        items.append({"patient": None, "name": None, "identifier": None, "alerts": ward})
    people = await shift_handovers.people(
        work.conn, work.caller.ward, work.caller.user_id, work.now
    )
    return {
        "items": handover_lines.by_urgency(items),
        "shown": shown,
        "total": ranked.total,
        "now": rfc3339(work.now),
        "people": [
            {**one, "id": str(one["id"]), "next_shift": rfc3339(one["next_shift"])}
            for one in people
        ],
    }


@router.get("/risk-model", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def risk_model(work: Work) -> dict[str, Any]:
    """Tell how good the risk figure has been: judged on each example before it was learnt."""
    model = await models.newest(work.conn)
    if model is None:
        return {"made_at": None, "report": None}
    return {"made_at": rfc3339(model["made_at"]), "report": model["report"]}


@router.get("/messages", dependencies=[allow(Role.PATIENT)])
async def messages(work: Work) -> dict[str, Any]:
    """Return what the care team told the patient who asks."""
    number = work.caller.patient_no
    rows = await chart_points.messages(work.conn, number) if number is not None else []
    work.note("messages.read", number)
    return {"items": [{**row, "issued": rfc3339(row["issued"])} for row in rows]}
