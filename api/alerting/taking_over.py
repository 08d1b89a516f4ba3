"""Accepting a handover of a shift: who takes over signs, and the alerts of the giver change hands.

Alerts go to whom the plan names, else to who took over (:func:`recipients.taken_over`), in the
transaction that writes the signature: there is no moment in which nobody has them. The re-planner
is asked for a new plan, so that tasks follow, and the taker sees the patients until their shift
ends.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import metrics, recipients
from api.alerting.commit import commit_changes, open_ledger
from api.errors import ConflictError, ForbiddenError, NotFoundError
from api.evidence import audit
from api.services import Services
from api.store import calendars, episodes, plans, shift_handovers
from api.store.types import Conn

CAUSE = "handover"
"""Why a plan is made, in the plan."""


async def take_over(services: Services, handover_id: UUID, taker: UUID) -> None:
    """Accept a handover in the name of whom it was given to; a repeat changes nothing.

    Args:
        services: the program's shared services.
        handover_id: a handover that ``taker`` may see.
        taker: who accepts.

    Raises:
        NotFoundError: there is no such handover.
        ForbiddenError: it was given to somebody else.
        ConflictError: it was withdrawn, has lapsed, or is over.
    """
    now = services.now()
    async with services.engine_pool.connection() as conn, conn.transaction():
        row = await shift_handovers.find(conn, handover_id, lock=True)
        if row is None:
            raise NotFoundError
        if row["given_to"] != taker:
            raise ForbiddenError("It was given to somebody else, who alone can take it over.")
        if row["state"] == "accepted":
            return
        if row["state"] != "offered" or row["until"] <= now:
            raise ConflictError("It does not wait any more: it was withdrawn, or has lapsed.")
        giver = await calendars.doctor_of(conn, row["given_by"])
        own = await calendars.doctor_of(conn, taker)
        hours = timedelta(hours=services.settings.handover_hours)
        until = await _until(conn, own, now, hours)
        await shift_handovers.accept(conn, handover_id, now, until)
        numbers = await shift_handovers.numbers(conn, handover_id)
        moved = await _alerts(conn, now, (giver, own, taker), numbers) if giver else []
        await plans.request(conn, CAUSE, now)
        detail = {"handover": str(handover_id), "patients": numbers, "alerts": moved}
        await audit.append(
            conn, now, str(taker), [audit.Note(action="handover.accept", detail=detail)]
        )


async def _until(conn: Conn, doctor: UUID | None, now: datetime, hours: timedelta) -> datetime:
    """Until the end of the taker's shift, which may be about to begin; else for some hours."""
    found = doctor and await shift_handovers.works_until(conn, doctor, now, now + hours)
    return found or now + hours


async def _alerts(
    conn: Conn, now: datetime, people: tuple[UUID, UUID | None, UUID], numbers: Sequence[int]
) -> list[str]:
    """Give the giver's alerts of these patients on; return the ids of those that changed hands."""
    giver, own, taker = people
    ledger = await open_ledger(conn, now, EpisodePolicy(), numbers)
    moved = []
    for alert in await shift_handovers.held_by(conn, giver, numbers):
        record = await episodes.get(conn, alert)
        if record is None or not record.open or record.doctor_id != giver:
            continue
        ledger.load([record])
        policy = ledger.policy_of(record.ward)
        after = recipients.taken_over(record, own, ledger.duty, policy)
        if after.doctor_id != giver:
            # Nobody is called for what they have just taken over; whom else the plan names is.
            call = after.doctor_id != own and recipients.calls(after)
            ledger.readdress(record, after, call=call, actor=taker)
            moved.append(str(alert))
    await commit_changes(conn, ledger)
    metrics.count(ledger.news)
    return moved
