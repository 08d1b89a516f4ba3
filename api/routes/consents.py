"""Consents: given with the version of their text, taken back at any time by the person."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from analytics.domain.care import Role
from api.errors import ConflictError, NotFoundError
from api.forms.paging import Page
from api.http.deps import COORDINATORS, Shared, Signed, UnitOfWork, Work, acting, allow
from api.store import consents, erasure, patients
from api.store.types import Row

router = APIRouter(tags=["patients"])
_WHO = (Role.PATIENT, *COORDINATORS)
_TOLD = "Monitoring has ended: this device's readings are no longer taken or looked at."
_TOLD_FOR = timedelta(days=30)
"""A device that was off shows it when it is on again, for so long (proposed)."""


class NewConsent(BaseModel):
    """To what, and by which version of the text that the person has read."""

    model_config = ConfigDict(extra="forbid")

    scope: Literal["monitoring", "research", "sharing"]
    version: Annotated[
        str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._/-]+$")
    ]


class Consent(BaseModel):
    """A consent; in force while it was not taken back."""

    id: UUID
    scope: str
    version: str
    given_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None


async def _number(work: UnitOfWork, patient_id: UUID) -> int:
    found = await patients.number(work.conn, patient_id)
    if found is None:
        raise NotFoundError
    return found


async def _one(work: UnitOfWork, patient_no: int, consent_id: UUID) -> Row:
    found = await consents.consent(work.conn, patient_no, consent_id)
    if found is None:
        raise NotFoundError
    return found


@router.get("/patients/{patient_id}/consents")
async def list_consents(work: Work, patient_id: UUID) -> Page[Consent]:
    """List what a person agreed to, the newest first, with what they took back."""
    number = await _number(work, patient_id)
    rows = await consents.of_patient(work.conn, number)
    work.note("consents.list", number, count=len(rows))
    return Page(items=[Consent(**row) for row in rows], next=None)


@router.post("/patients/{patient_id}/consents", status_code=201, dependencies=[allow(*_WHO)])
async def give_consent(work: Work, patient_id: UUID, body: NewConsent) -> Consent:
    """Record a consent: the person's own, or told to the coordinator."""
    number = await _number(work, patient_id)
    made = await consents.give(
        work.conn, number, (body.scope, body.version), work.caller.user_id, work.now
    )
    if made is None:
        raise ConflictError("A consent of this scope is in force; take it back first.")
    work.note("consent.give", number, scope=body.scope, version=body.version)
    return Consent(**await _one(work, number, made))


@router.post(
    "/patients/{patient_id}/consents/{consent_id}/withdraw",
    status_code=204,
    dependencies=[allow(*_WHO)],
)
async def withdraw_consent(
    services: Shared, caller: Signed, patient_id: UUID, consent_id: UUID
) -> None:
    """Take a consent back; a repeat changes nothing.

    Without consent to monitoring the stay ends at once: what devices measure from then on is
    refused, and they show why. What was kept stays kept, or is erased, as the site has said.
    """
    erasing = services.settings.withdrawal_erases
    async with acting(services, caller) as work:
        number = await _number(work, patient_id)
        row = await _one(work, number, consent_id)
        erased = erasing and row["scope"] == "monitoring" and row["withdrawn_at"] is None
        work.note("consent.withdraw", number, scope=row["scope"], erased=erased)
        if not await consents.withdraw(work.conn, consent_id, work.now, erasing=erasing):
            raise NotFoundError
        if not erased:
            until = work.now + _TOLD_FOR
            await consents.tell_devices(work.conn, number, work.now, until, _TOLD)
    if erased:
        async with services.engine_pool.connection() as conn, conn.transaction():
            await erasure.purge(conn)
