"""The record of who read and did what, with proof that nobody changed it."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from analytics.domain.care import Role
from api.errors import NotFoundError
from api.evidence import audit
from api.evidence.anchors import read_key
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import UnitOfWork, Work, allow
from api.patients.identifiers import name_people
from api.store import audit as sql
from api.store import patients
from api.store.types import Row

router = APIRouter(tags=["operations"], dependencies=[allow(Role.AUDITOR)])
log = structlog.get_logger("api.audit")
_PLAIN: Final = frozenset(
    {
        *("from", "why", "kind", "proved_by", "fields", "role", "ward", "purpose", "user"),
        *("invitation", "key", "scopes", "n", "count", "address", "patients", "passkey", "ended"),
        *("kinds", "cut_off", "before", "removed", "left", "tables", "chunks", "digest"),
        *("upto", "hash"),
    }
)
"""Details that tell of access alone: an auditor is told no others, since limits and outcomes of
patients are among them."""


class AuditEntry(BaseModel):
    """One access or change; ``actor`` an account's id or a program's name.

    ``login`` is the database login that wrote the row, which no program can choose.
    """

    id: int
    at: datetime
    actor: str
    login: str | None
    username: str | None
    action: str
    patient: UUID | None
    patient_number: int | None
    name: str | None
    identifier: str | None
    detail: dict[str, Any]
    hash: str


class AuditQuery:
    """Which rows: of a patient (by id, or by the number that rows tell), a person, an action."""

    def __init__(
        self,
        patient: UUID | None = None,
        patient_number: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
        actor: UUID | None = None,
        action: Annotated[str | None, Query(max_length=60)] = None,
    ) -> None:
        """Keep what was asked."""
        self.patient = patient
        self.patient_number = patient_number
        self.actor = str(actor) if actor else None
        self.action = action


class Verified(BaseModel):
    """What a walk over the whole chain found."""

    ok: bool
    rows: int
    first_broken: int | None
    head: str
    anchors: int
    signed: int
    first_unanchored: int | None
    begins_after: int


class AuditPage(Page[AuditEntry]):
    """A page of the record; the first page comes with the verification of the whole chain."""

    verification: Verified | None


@router.get("/audit")
async def read_audit(
    work: Work,
    wanted: Annotated[AuditQuery, Depends()],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AuditPage:
    """Read the record from the newest down, of one patient, person or action if asked.

    An auditor, and an administrator without clinical data, has it without names of patients, and
    without details that could be clinical.
    """
    before = read_cursor(cursor, int)
    patient_no = await _number(work, wanted)
    verified = None
    if before is None:
        settings = work.services.settings
        trusted = None
        if settings.audit_sign_key_file is not None:
            trusted = read_key(settings.audit_sign_key_file).verify_key.encode().hex()
        verified = await audit.verify(work.conn, settings.audit_anchor_file, trusted)
        log.info("audit_verified", ok=verified.ok, rows=verified.rows, head=verified.head)
    asked = sql.AuditRows(patient_no=patient_no, actor=wanted.actor, action=wanted.action)
    rows = await sql.newest(work.conn, int(str(before[0])) if before else None, limit + 1, asked)
    shown, following = cut(rows, limit, lambda row: [row["id"]])
    named = await name_people(work.conn, work.services.vault, shown)
    if patient_no is None:
        work.saw("audit.read", named)
    else:
        work.note("audit.read", patient_no)
    told = None
    if verified is not None:
        told = Verified(
            ok=verified.ok,
            rows=verified.rows,
            first_broken=verified.first_broken,
            head=verified.head,
            anchors=verified.anchors,
            signed=verified.signed,
            first_unanchored=verified.first_unanchored,
            begins_after=verified.begins_after,
        )
    whole = work.caller.role is Role.ADMIN and not work.caller.office_only
    items = [AuditEntry.model_validate(row if whole else _plain(row)) for row in shown]
    return AuditPage(items=items, next=following, verification=told)


async def _number(work: UnitOfWork, wanted: AuditQuery) -> int | None:
    if wanted.patient is None:
        return wanted.patient_number
    found = await patients.number(work.conn, wanted.patient)
    if found is None:
        raise NotFoundError
    return found


def _plain(row: Row) -> Row:
    detail = {name: value for name, value in row["detail"].items() if name in _PLAIN}
    return {**row, "detail": detail}
