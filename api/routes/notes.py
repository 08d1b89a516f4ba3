"""Notes about a patient, and the statements that stand in the banner of their chart.

A statement (allergies, oxygen prescription, escalation status) is a note of its kind of which the
newest holds: what was said before, by whom and when, stays. All of it is free text about a person.
"""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.errors import ConflictError, NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_newest_first
from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.patients.record_access import record_of
from api.store import notes
from api.vault import personal_data

router = APIRouter(tags=["patients"], dependencies=[allow(*CLINICIANS, *COORDINATORS)])
Kind = Literal["note", "allergies", "oxygen_prescription", "escalation_status"]
KINDS: tuple[str, ...] = get_args(Kind)


class NewNote(BaseModel):
    """A note to write; of another kind it is the statement that holds from now on."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = "note"
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class PatientNote(BaseModel):
    """What somebody wrote; ``text`` is null once the person was erased."""

    id: UUID
    kind: Kind
    text: str | None
    written_at: datetime
    written_by: UUID
    written_by_name: str | None


@router.post("/patients/{patient_id}/notes", status_code=201)
async def write(work: Work, patient_id: UUID, body: NewNote) -> PatientNote:
    """Write a note about a patient, in one's own name."""
    row = await record_of(work, patient_id)
    text = personal_data.text_of(work.services.vault, row)
    if text.key is None:
        raise ConflictError("This person was erased.")
    values = {
        "kind": body.kind,
        "written_at": work.now,
        "written_by": work.caller.user_id,
        "text": text.seal(body.text),
    }
    made = await notes.one(work.conn, await notes.add(work.conn, row["no"], values))
    if made is None:
        raise NotFoundError
    work.note("note.write", row["no"], kind=body.kind)
    return PatientNote(**made | {"text": text.open(made["text"])})


@router.get("/patients/{patient_id}/notes")
async def read(
    work: Work,
    patient_id: UUID,
    kind: Annotated[list[Kind], Query(max_length=len(KINDS))] = [],  # noqa: B006 - FastAPI copies
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[PatientNote]:
    """Read what was written about a patient, newest first."""
    row = await record_of(work, patient_id)
    before = read_newest_first(cursor)
    found = await notes.page(
        work.conn,
        row["no"],
        list(kind) or list(KINDS),
        before=before,
        limit=limit + 1,
    )
    shown, following = cut(found, limit, lambda one: [one["written_at"], str(one["id"])])
    work.note("notes.read", row["no"], notes=len(shown))
    text = personal_data.text_of(work.services.vault, row)
    items = [PatientNote(**one | {"text": text.open(one["text"])}) for one in shown]
    return Page(items=items, next=following)
