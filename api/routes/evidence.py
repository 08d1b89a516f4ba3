"""Proof of a reading: down to the signed bytes and the key, or to the person who entered it."""

import base64
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel

from analytics.domain.vitals import Metric, Quality
from api.errors import NotFoundError
from api.evidence import proof
from api.evidence.observation_ids import parse
from api.http.deps import UnitOfWork, Work
from api.patients.readings import FINAL, IN_ERROR, Coded, Mark, coded, mark_of
from api.store import patients, readings
from api.store.types import Row

router = APIRouter(tags=["readings"])
_SLACK = timedelta(seconds=5)


class ProvedReading(Coded):
    """The reading that is proved."""

    id: str
    patient: UUID
    time: datetime
    device_time: datetime | None
    received: datetime
    metric: str
    value: float
    quality: str
    status: str
    device: str | None
    entered_in_error: Mark | None


class SigningKey(BaseModel):
    """The device's key that signed, with its life."""

    public_key: str
    enrolled_at: datetime
    superseded_at: datetime | None
    revoked_at: datetime | None


class Frame(BaseModel):
    """The signed frame, byte for byte in standard base64."""

    device: str | None
    boot: int
    seq: int
    offset_ms: int | None
    signed_bytes: str


class EnteredBy(BaseModel):
    """Who entered it."""

    id: UUID | None
    username: str | None
    display_name: str | None
    role: str | None
    entered_at: datetime


class ProofChecks(BaseModel):
    """What was checked now; null where it does not apply.

    Attributes:
        signature_holds: the signature over the stored bytes, under a key that was the device's and
            in force when the frame came.
        contains_reading: the signed message is of this device, boot and number and gives this
            value at this time, by the clock's offset; or the named person's entry gives it.
    """

    signature_holds: bool | None
    contains_reading: bool | None


class Evidence(BaseModel):
    """A reading and its proof: either frame and key, or the person; neither once bytes are gone."""

    observation: ProvedReading
    frame: Frame | None
    key: SigningKey | None
    entered_by: EnteredBy | None
    verification: ProofChecks


@router.get("/observations/{observation_id}/evidence")
async def read_evidence(
    work: Work, observation_id: Annotated[str, Path(max_length=64)]
) -> Evidence:
    """Prove a reading."""
    identity = parse(observation_id)
    row = None
    if identity is not None:
        row = await readings.observation(
            work.conn, identity.patient_no, identity.metric, identity.time, identity.frame_id
        )
    if row is None:
        raise NotFoundError
    work.note("evidence.read", row["patient_no"], frame=row["frame_id"])
    marked = row["marked_at"] is not None
    patient = await patients.record(work.conn, row["patient"]) if marked else None
    mark = mark_of(work.services, row, patient)
    metric = Metric(row["metric"])
    reading = ProvedReading(
        **{
            **row,
            "id": observation_id,
            "metric": metric.wire_name,
            **coded(metric),
            "quality": Quality(row["quality"]).name.lower(),
            "status": FINAL if mark is None else IN_ERROR,
            "entered_in_error": mark,
        }
    )
    if row["device_no"] is None:
        return await _by_person(work, row, reading)
    return await _by_device(work, row, reading)


async def _by_person(work: UnitOfWork, row: Row, reading: ProvedReading) -> Evidence:
    entry = await readings.entry_as(work.conn, row["patient_no"], row["frame_id"])
    person = None
    said = None
    if entry is not None:
        person = EnteredBy(**{**entry, "id": entry["entered_by"]})
        said = proof.entered(entry, row)
    return Evidence(
        observation=reading,
        frame=None,
        key=None,
        entered_by=person,
        verification=ProofChecks(signature_holds=None, contains_reading=said),
    )


async def _by_device(work: UnitOfWork, row: Row, reading: ProvedReading) -> Evidence:
    found = await readings.signed_frame(
        work.conn, row["patient_no"], row["frame_id"], row["received"], _SLACK
    )
    if found is None:
        return Evidence(
            observation=reading,
            frame=None,
            key=None,
            entered_by=None,
            verification=ProofChecks(signature_holds=None, contains_reading=None),
        )
    shown = {**found, "signed_bytes": base64.b64encode(found["frame"]).decode("ascii")}
    return Evidence(
        observation=reading,
        frame=Frame(**shown),
        key=_key(found),
        entered_by=None,
        verification=_verified(found, row),
    )


def _key(found: Row) -> SigningKey | None:
    if found["sign_public"] is None:
        return None
    fields: dict[str, Any] = {
        **found,
        "public_key": base64.b64encode(found["sign_public"]).decode("ascii"),
    }
    return SigningKey(**fields)


def _verified(found: Row, row: Row) -> ProofChecks:
    if found["sign_public"] is None:
        return ProofChecks(signature_holds=None, contains_reading=None)
    message = proof.signed_message(found["frame"], found["sign_public"])
    if message is None:
        return ProofChecks(signature_holds=False, contains_reading=False)
    return ProofChecks(
        signature_holds=proof.key_counted(found), contains_reading=proof.says(message, found, row)
    )
