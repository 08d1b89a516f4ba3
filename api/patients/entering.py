"""Readings entered by a person or another system, at whichever door: one way into the lane.

They go into the patient's lane, where the gateway scores them in order like any frame; the answer
waits a moment for that, so that who enters a reading sees it at once. What is sent again under the
same key is the entry that it was.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header

from api.auth.sessions import Caller
from api.errors import ConflictError, NotFoundError
from api.forms.entries import DoubtTold, EntryForm, checked, payload_of
from api.http.deps import UnitOfWork, acting
from api.services import Services
from api.store import chart_points, patients, readings
from api.vault import personal_data

_WAIT_S = 2.0
_STEP_S = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Readings to enter.

    Attributes:
        patient: whose; None: the caller's own.
        form: what was measured.
        key: names the entry for its sender, so that it counts once however often it is sent.
        source: what the sender told of where it comes from; sealed with the person's key.
    """

    patient: UUID | None
    form: EntryForm
    key: bytes | None = None
    source: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenEntry:
    """An entry that was taken.

    Attributes:
        entry_id: its number.
        patient_no: whose.
        doubtful: what was kept as questionable.
        repeated: it had been taken before, under the same key.
    """

    entry_id: int
    patient_no: int
    doubtful: list[DoubtTold]
    repeated: bool


def entry_key(*parts: object) -> bytes:
    """Return the key of an entry, of what names it for its sender."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()


def _named(
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=8,
            max_length=100,
            pattern=r"^[!-~]+$",
            description="names the entry: sent again with it, it counts once",
        ),
    ] = None,
) -> str | None:
    return idempotency_key


IdempotencyKey = Annotated[str | None, Depends(_named)]


async def take(work: UnitOfWork, entry: Entry) -> TakenEntry:
    """Check an entry and give it to the lane, in the caller's name and transaction.

    Raises:
        NotFoundError: the caller may not see the patient.
        ConflictError: the patient is discharged.
        InvalidError: a value or a time cannot be a reading's.
        DoubtfulError: something is in doubt, and the form asked to be told first.
    """
    patient_id = entry.patient
    if patient_id is None and work.caller.patient_no is not None:
        patient_id = await chart_points.patient_id(work.conn, work.caller.patient_no)
    row = patient_id and await patients.record(work.conn, patient_id)
    if not row:
        raise NotFoundError
    if row["state"] == "discharged":
        raise ConflictError("This patient is discharged.")
    if entry.key is not None:
        known = await readings.entry_by_key(work.conn, row["no"], entry.key)
        if known is not None:
            return TakenEntry(entry_id=known, patient_no=row["no"], doubtful=[], repeated=True)
    doubtful = checked(entry.form, work.now)
    text = personal_data.text_of(work.services.vault, row)
    entry_id, repeated = await readings.add_entry(
        work.conn,
        row,
        payload_of(entry.form),
        work.caller.user_id,
        work.now,
        entry_key=entry.key,
        source=text.seal(json.dumps(dict(entry.source))) if entry.source else None,
    )
    samples = len(entry.form.samples)
    work.note("observations.enter", row["no"], entry=entry_id, samples=samples)
    return TakenEntry(entry_id=entry_id, patient_no=row["no"], doubtful=doubtful, repeated=repeated)


async def folded(services: Services, caller: Caller, entry_id: int) -> bool:
    """Wait until the gateway has folded the entry; give up after 2 s, it will be later then."""
    deadline = asyncio.get_running_loop().time() + _WAIT_S
    while True:
        async with acting(services, caller) as work:
            if await readings.folded(work.conn, entry_id):
                return True
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(_STEP_S)
