"""Taking a reading back that was entered in error; it stays in the record, marked.

Charts leave it out at once. The patient's lane is folded again without it by the gateway, and the
answer waits a moment for that, so that who marks it sees the score that is left.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, field_validator

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.errors import ConflictError, ForbiddenError, NotFoundError
from api.evidence.observation_ids import ObservationId, parse
from api.http.deps import CLINICIANS, Shared, Signed, acting
from api.patients.readings import ReadingPoint, mark_of, point_of
from api.services import Connection, Services
from api.store import marks, patients, readings
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["readings"])
_MAY_MARK = frozenset({*CLINICIANS, Role.ADMIN})
_WAIT_S = 2.0
_STEP_S = 0.04


class Why(BaseModel):
    """Why a reading is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=500)

    @field_validator("reason")
    @classmethod
    def _said(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("must say why")
        return reason.strip()


@router.post("/observations/{observation_id}/entered-in-error")
async def mark_in_error(
    observation_id: Annotated[str, Path(max_length=64)], body: Why, caller: Signed, services: Shared
) -> ReadingPoint:
    """Mark a reading as entered in error: who entered it may, and clinicians; a repeat may, too."""
    async with acting(services, caller) as work:
        row = await _found(work.conn, observation_id)
        if caller.role not in _MAY_MARK and row["entered_by"] != caller.user_id:
            raise ForbiddenError("Only who entered it and clinicians may take a reading back.")
        patient = await patients.record(work.conn, row["patient"])
        key = None if patient is None else personal_data.patient_key(services.vault, patient)
        if key is None:
            raise ConflictError("This person was erased.")
        sealed = personal_data.seal_reason(key, row["patient"], body.reason)
        made = await marks.add(work.conn, row, by=caller.user_id, reason=sealed, now=work.now)
        if made is not None:
            work.note("observation.entered_in_error", row["patient_no"], frame=row["frame_id"])
    if made is not None:
        await _folded(services, caller, made)
    async with acting(services, caller) as work:
        row = await _found(work.conn, observation_id)
        return point_of(row, row["patient_no"], mark_of(services, row, patient))


async def _found(conn: Connection, observation_id: str) -> Row:
    """The reading of this id; 404 for one that is not there or whose patient may not be seen."""
    one: ObservationId | None = parse(observation_id)
    row = one and await readings.observation(
        conn, one.patient_no, one.metric, one.time, one.frame_id
    )
    if not row:
        raise NotFoundError
    return row


async def _folded(services: Services, caller: Caller, input_id: int) -> None:
    """Wait until the gateway has folded the lane again; after 2 s it will be later."""
    deadline = asyncio.get_running_loop().time() + _WAIT_S
    while asyncio.get_running_loop().time() < deadline:
        async with acting(services, caller) as work:
            if await readings.folded(work.conn, input_id):
                return
        await asyncio.sleep(_STEP_S)
