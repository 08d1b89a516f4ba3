"""The record of who read and did what, with proof that nobody changed it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter
from pydantic import BaseModel

from analytics.domain.care import Role
from api.errors import NotFoundError
from api.evidence import audit
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import Work, allow
from api.patients.identifiers import name_people
from api.store import audit as sql
from api.store import patients

router = APIRouter(tags=["operations"], dependencies=[allow(Role.ADMIN)])
log = structlog.get_logger("api.audit")


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
    name: str | None
    identifier: str | None
    detail: dict[str, Any]
    hash: str


class Verified(BaseModel):
    """What a walk over the whole chain found."""

    ok: bool
    rows: int
    first_broken: int | None
    head: str
    anchors: int
    first_unanchored: int | None


class AuditPage(Page[AuditEntry]):
    """A page of the record; the first page comes with the verification of the whole chain."""

    verification: Verified | None


@router.get("/audit")
async def read_audit(
    work: Work, cursor: Cursor = None, limit: Limit = 100, patient: UUID | None = None
) -> AuditPage:
    """Read the record from the newest down, of one patient if asked."""
    before = read_cursor(cursor, int)
    patient_no = None
    if patient is not None:
        patient_no = await patients.number(work.conn, patient)
        if patient_no is None:
            raise NotFoundError
    verified = None
    if before is None:
        verified = await audit.verify(work.conn, work.services.settings.audit_anchor_file)
        log.info("audit_verified", ok=verified.ok, rows=verified.rows, head=verified.head)
    rows = await sql.newest(
        work.conn, int(str(before[0])) if before else None, limit + 1, patient_no
    )
    shown, following = cut(rows, limit, lambda row: [row["id"]])
    await name_people(work.conn, work.services.vault, shown)
    work.note("audit.read", patient_no)
    told = None
    if verified is not None:
        told = Verified(
            ok=verified.ok,
            rows=verified.rows,
            first_broken=verified.first_broken,
            head=verified.head,
            anchors=verified.anchors,
            first_unanchored=verified.first_unanchored,
        )
    items = [AuditEntry.model_validate(row) for row in shown]
    return AuditPage(items=items, next=following, verification=told)
