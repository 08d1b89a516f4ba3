"""What an ADT message says is done, by the rule of every other door.

A stay is never ended by a merge: of two records the one that is in a stay goes on, under the
identifier that stays; where both are, a person must decide first. A transfer to where there is no
ward of ours is refused for the same reason: nobody ceases to be watched by a message that this
ward does not understand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from api.auth.sessions import Caller
from api.errors import ConflictError, InvalidError
from api.forms.patients import NewPatient, PatientChange
from api.hl7.messages import ERROR, AdtMessage, MessageRefusal
from api.http.deps import UnitOfWork
from api.patients import records
from api.store import hl7, patients, stays
from api.store.resources import refused_when_full
from api.store.rls_context import act_for
from api.store.types import Row
from api.vault import personal_data

_UNKNOWN = "no patient of this identifier is known in the wards of this feed"
_BOTH = "both records are in a stay: end one of them first, then send the merge again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Who acts for which ward.

    Attributes:
        callers: the machine accounts, one for each ward.
        places: ward by point of care.
    """

    callers: Sequence[Caller]
    places: dict[str, str]

    def of_place(self, place: str | None) -> Caller | None:
        """Return who acts for the ward of a point of care; None: none of ours, or not said."""
        ward = None if place is None else self.places.get(place, place)
        return next((one for one in self.callers if one.ward == ward), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A record, held until the commit, and who acts for its ward."""

    row: Row
    caller: Caller


async def act(work: UnitOfWork, caller: Caller) -> None:
    """Go on in the name of another of the feed's accounts."""
    await act_for(work.conn, caller.user_id, caller.role)
    work.caller = caller


async def find(work: UnitOfWork, feed: Feed, identifier: str) -> HeldRecord | None:
    """Return the record of an identifier, of whichever ward of the feed."""
    for caller in feed.callers:
        await act(work, caller)
        hashed = await records.external_hash(work, identifier)
        no = None if hashed is None else await hl7.number_of(work.conn, hashed)
        if no is not None:
            await patients.hold(work.conn, no)
            rows = await patients.of_numbers(work.conn, [no])
            return HeldRecord(row=rows[0], caller=caller)
    return None


async def carry_out(work: UnitOfWork, feed: Feed, message: AdtMessage) -> int:
    """Do what a message says; answer whose record it was, with ``work`` acting for its ward.

    Raises:
        MessageRefusal: it cannot be done.
        ApiError: a rule of every door refuses it.
    """
    known = await find(work, feed, message.identifier)
    if message.event == "A40":
        no = await _merge(work, feed, message, known)
    elif message.event == "A01":
        no = await _admit(work, feed, message, known)
    elif known is None:
        raise MessageRefusal(ERROR, f"PID-3: {_UNKNOWN}")
    elif message.event == "A02":
        no = await _transfer(work, feed, message, known)
    elif message.event == "A03":
        no = await _change(work, known, message, {"state": "discharged"})
    else:
        no = await _change(work, known, message, {})
    work.note("hl7.take", no, event=message.event)
    return no


async def _admit(
    work: UnitOfWork, feed: Feed, message: AdtMessage, known: HeldRecord | None
) -> int:
    if known is not None:
        back = {"state": "active"} if known.row["state"] == "discharged" else {}
        if message.place is not None and feed.of_place(message.place) is not known.caller:
            known = await _moved(work, feed, message, known)
        return await _change(work, known, message, back)
    caller = _place(feed, message) if message.place is not None else feed.callers[0]
    await act(work, caller)
    said = {"birth_date": None, "sex": "unknown", **message.said}
    if "name" not in said:
        raise MessageRefusal(ERROR, "PID-5: a patient who is admitted needs a name")
    form = _form(NewPatient, {**said, "external_id": message.identifier, "ward": caller.ward})
    patient_id = await records.take_in(work, form)
    no = await patients.number(work.conn, patient_id)
    return no or 0


def _place(feed: Feed, message: AdtMessage) -> Caller:
    caller = feed.of_place(message.place)
    if caller is None:
        raise MessageRefusal(ERROR, "PV1-3: this point of care lies in no ward of this feed")
    return caller


async def _transfer(work: UnitOfWork, feed: Feed, message: AdtMessage, known: HeldRecord) -> int:
    if message.place is None:
        raise MessageRefusal(ERROR, "PV1-3: where the patient is now is not said")
    if feed.of_place(message.place) is not known.caller:
        known = await _moved(work, feed, message, known)
    return await _change(work, known, message, {})


async def _moved(
    work: UnitOfWork, feed: Feed, message: AdtMessage, known: HeldRecord
) -> HeldRecord:
    """Hand a patient to the ward of the message's point of care."""
    taker, no = _place(feed, message), known.row["no"]
    await hl7.hand_to_ward(work.conn, no, taker.user_id)
    await act(work, taker)
    with refused_when_full():
        await stays.move(work.conn, no, taker.ward, work.now)
    work.note("patient.move", no, ward=taker.ward)
    rows = await patients.of_numbers(work.conn, [no])
    return HeldRecord(row=rows[0], caller=taker)


async def _change(
    work: UnitOfWork, known: HeldRecord, message: AdtMessage, more: dict[str, Any]
) -> int:
    """Write what the message says that the record does not say yet."""
    row = known.row
    personal = personal_data.open_personal(work.services.vault, row)
    if personal is None:
        raise ConflictError("This person was erased.")
    now = {
        "name": personal.name,
        "birth_date": personal.birth_date,
        "phone": personal.phone,
        "sex": row["sex"],
        "state": row["state"],
    }
    fresh = {name: one for name, one in {**message.said, **more}.items() if now[name] != one}
    if fresh:
        await records.change(work, row, _form(PatientChange, fresh))
    return int(row["no"])


async def _merge(
    work: UnitOfWork, feed: Feed, message: AdtMessage, stays_on: HeldRecord | None
) -> int:
    """Make the records of two identifiers one person's.

    Nobody's readings change owner: both records stay, joined, and one of them is used on.
    """
    gone = await find(work, feed, str(message.prior))
    if gone is None and stays_on is None:
        raise MessageRefusal(ERROR, f"MRG-1: {_UNKNOWN}")
    if gone is None or (stays_on is not None and gone.row["no"] == stays_on.row["no"]):
        known = stays_on or gone
        return await _renamed(work, known, message) if known else 0
    if stays_on is None:
        return await _renamed(work, gone, message)
    if gone.caller is not stays_on.caller:
        raise MessageRefusal(
            ERROR, "the two records are in different wards: move one of them first"
        )
    live = [one for one in (stays_on, gone) if one.row["state"] != "discharged"]
    if len(live) > 1:
        raise MessageRefusal(ERROR, _BOTH)
    kept = live[0] if live else stays_on
    other = gone if kept is stays_on else stays_on
    await hl7.merge(work.conn, other.row["no"], kept.row["no"])
    work.note("patient.merge", other.row["no"], into=kept.row["no"])
    work.note("patient.merge", kept.row["no"], of=other.row["no"])
    if kept is gone:  # it bears the identifier that stays from now on, the other one the old one
        await hl7.free_identifier(work.conn, other.row["no"])
        await _identified(work, kept, message.identifier)
        await _identified(work, other, str(message.prior))
        kept = await _again(work, kept)
    return await _change(work, kept, message, {})


async def _renamed(work: UnitOfWork, known: HeldRecord, message: AdtMessage) -> int:
    """One record is known: it bears the identifier that stays."""
    await act(work, known.caller)
    await _identified(work, known, message.identifier)
    return await _change(work, await _again(work, known), message, {})


async def _identified(work: UnitOfWork, known: HeldRecord, identifier: str) -> None:
    personal = personal_data.open_personal(work.services.vault, known.row)
    if personal is not None and personal.external_id != identifier:
        form = _form(PatientChange, {"external_id": identifier})
        await records.change(work, known.row, form)


async def _again(work: UnitOfWork, known: HeldRecord) -> HeldRecord:
    rows = await patients.of_numbers(work.conn, [known.row["no"]])
    return HeldRecord(row=rows[0], caller=known.caller)


_Form = TypeVar("_Form", NewPatient, PatientChange)


def _form(kind: type[_Form], said: dict[str, Any]) -> _Form:
    """Return what a person would have sent, checked like it."""
    try:
        return kind(**said)
    except ValidationError as error:
        found = [
            (str(one["loc"][0]) if one["loc"] else "record", one["msg"]) for one in error.errors()
        ]
        raise InvalidError(*found[0], *found[1:]) from error
