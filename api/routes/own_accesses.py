"""Who looked at my record: for the patient, in plain words."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.domain.care import Role
from api.evidence.plain_actions import in_words
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import Work, allow
from api.store import emergency_access

router = APIRouter(tags=["patients"])


class OwnAccess(BaseModel):
    """One access to one's record: when, who in which role, what they did, by what right."""

    at: datetime
    who: str
    role: str | None
    what: str
    action: str
    why: str | None


@router.get("/audit/me", dependencies=[allow(Role.PATIENT)])
async def read_own_accesses(
    work: Work, cursor: Cursor = None, limit: Limit = 50
) -> Page[OwnAccess]:
    """Read who saw or changed one's own record, from the newest down; one's own visits too."""
    key = read_cursor(cursor, int)
    before = int(str(key[0])) if key else None
    rows = await emergency_access.own_accesses(work.conn, before, limit + 1)
    shown, following = cut(rows, limit, lambda row: [row["id"]])
    work.note("audit.own", work.caller.patient_no)
    items = [OwnAccess(**{**row, "what": in_words(row["action"])}) for row in shown]
    return Page(items=items, next=following)
