"""Alerts: the list, one alert, and what people say to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.domain.care import Role
from api.alerting import ladder
from api.alerting.answers import Action, AlertAnswer, answer
from api.auth.sessions import Caller
from api.errors import InvalidError, NotFoundError
from api.forms.paging import Cursor, Limit, cut, read_cursor
from api.http.deps import CLINICIANS, COORDINATORS, Shared, Signed, UnitOfWork, Work, acting, allow
from api.patients.identifiers import NOBODY, PatientLabel, name_people, people, tell
from api.services import Services
from api.store import alert_list, alerts
from api.store.types import Row

router = APIRouter(prefix="/alerts", tags=["alerts"])

StateName = Literal["open", "acknowledged", "resolved", "expired", "historic"]
_STATES = ("open", "acknowledged", "resolved", "expired")


class AlertWords(BaseModel):
    """What a person says to an alert."""

    model_config = ConfigDict(extra="forbid")

    comment: str | None = Field(default=None, max_length=2_000)
    outcome: Literal["actionable", "not_actionable", "false"] | None = None


class Later(BaseModel):
    """For how long an alert is put off."""

    model_config = ConfigDict(extra="forbid", strict=True)

    minutes: int = Field(ge=1, le=1_440)


@router.get("")
async def list_alerts(
    work: Work,
    *,
    state: Annotated[list[StateName] | None, Query()] = None,
    patient: UUID | None = None,
    kind: Literal["clinical", "technical"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Alerts that the caller may see, the most endangered first; see docs/clinical.md.

    ``state=historic`` lists what late data showed, by when it came. Of technical alerts a doctor
    or nurse has their own, unless ``kind`` or ``patient`` asks for them. ``stream`` is where a
    feed goes on from.
    """
    position = await alerts.position(work.conn)
    after: Any = read_cursor(cursor, int, float, datetime, str)
    whose = work.caller.user_id if work.caller.role in CLINICIANS else None
    wanted = alert_list.Wanted(
        states=state or _STATES,
        patient=patient,
        kind=kind,
        own=None if kind or patient else whose,
    )
    rows = await alert_list.page(
        work.conn,
        wanted,
        now=work.now,
        limit=limit + 1,
        after=after and (*after[:3], _uuid(after[3])),
    )
    shown, following = cut(rows, limit, alert_list.key_of)
    work.saw("alerts.list", (no for row in shown if (no := row["patient_no"]) is not None))
    return {
        "items": await _shown(work, shown),
        "next": following,
        "stream": position,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidError("cursor", "is not a cursor of this list") from error


@router.get("/{alert_id}")
async def get_alert(work: Work, alert_id: UUID) -> dict[str, Any]:
    """One alert."""
    row = await alerts.find(work.conn, alert_id)
    if row is None:
        raise NotFoundError
    work.note("alert.read", row["patient_no"], alert=str(alert_id))
    return (await _shown(work, [row]))[0]


async def _shown(work: UnitOfWork, rows: Sequence[Row]) -> list[Row]:
    """Return alerts as they are answered, each with the name of its patient."""
    told = [alerts.alert_json(row, work.civil_now) for row in rows]
    await name_people(work.conn, work.services.vault, told)
    if rows and work.caller.role is not Role.PATIENT:
        async with work.services.engine_pool.connection() as conn:
            ladder.tell(await ladder.ladder(conn, work.now), rows, told, work.caller.user_id)
    return told


@router.post("/{alert_id}/acknowledge", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def acknowledge(
    services: Shared, caller: Signed, alert_id: UUID, said: AlertWords | None = None
) -> dict[str, Any]:
    """Take the alert on; it comes back by itself if the condition lasts and nothing is done."""
    return await _answer(services, caller, alert_id, Action.ACKNOWLEDGE, said)


@router.post("/{alert_id}/resolve", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def resolve(
    services: Shared, caller: Signed, alert_id: UUID, said: AlertWords | None = None
) -> dict[str, Any]:
    """Close the alert; the outcome teaches the risk model.

    While the condition holds, a plan is made instead (the ``comment`` is then required): it stays
    acknowledged and keeps its priority, and is quiet until ``plan.quiet_until``.
    """
    return await _answer(services, caller, alert_id, Action.RESOLVE, said)


@router.post("/{alert_id}/escalate", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def escalate(
    services: Shared, caller: Signed, alert_id: UUID, said: AlertWords | None = None
) -> dict[str, Any]:
    """Pass the alert on: to a second person on shift, then to the coordinator.

    ``escalates_to`` of the alert says who that is. With nobody left it is 409 with the reason,
    which the alert has as ``escalates_not``.
    """
    return await _answer(services, caller, alert_id, Action.ESCALATE, said)


@router.post("/{alert_id}/snooze", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def snooze(services: Shared, caller: Signed, alert_id: UUID, later: Later) -> dict[str, Any]:
    """Put an unanswered alert off for some minutes: then it calls again, unless it got worse first.

    How long at most goes by its priority (``ladder.snooze_high`` and the like of the ward's
    settings), counted from the first time; it is on the record who did so.
    """
    return await _answer(services, caller, alert_id, Action.SNOOZE, None, minutes=later.minutes)


async def _answer(
    services: Services,
    caller: Caller,
    alert_id: UUID,
    action: Action,
    said: AlertWords | None,
    *,
    minutes: int = 0,
) -> dict[str, Any]:
    """Check the relation with the caller's rights, then change with the engine's.

    The two transactions follow each other: both append to the audit chain, which has one writer.
    """
    known: dict[str, PatientLabel] = {}
    async with acting(services, caller) as work:
        seen = await alerts.find(work.conn, alert_id)
        if seen is not None and seen["patient"] is not None:
            known = await people(work.conn, services.vault, [str(seen["patient"])])
    if seen is None and not await _closed_by(services, caller, alert_id):
        raise NotFoundError
    words = said or AlertWords()
    await answer(
        services,
        AlertAnswer(
            alert_id=alert_id,
            action=action,
            actor=caller.user_id,
            comment=words.comment,
            outcome=words.outcome,
            text=next(iter(known.values()), NOBODY).text,
            minutes=minutes,
        ),
    )
    async with services.engine_pool.connection() as conn:
        row = (await alerts.many(conn, [alert_id]))[alert_id]
        shown = alerts.alert_json(row, services.in_ward(services.now()))
        ladder.tell(await ladder.ladder(conn, services.now()), [row], [shown], caller.user_id)
    tell([shown], known)
    return shown


async def _closed_by(services: Services, caller: Caller, alert_id: UUID) -> bool:
    """Whether the caller closed it: a repeated answer must not read as "there is no such"."""
    async with services.engine_pool.connection() as conn:
        row = (await alerts.many(conn, [alert_id])).get(alert_id)
    return row is not None and row["closed_by"] == caller.user_id
