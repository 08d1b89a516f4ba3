"""Devices: register for a patient, list, certify anew, revoke."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import psycopg
from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from analytics.domain.vitals import METRIC_BY_NAME
from api.auth import sessions
from api.devices.certificate_authority import RequestRefusedError
from api.devices.enrolment_code import ENROL_PATH, code_svg
from api.devices.topics import new_device_id
from api.errors import ConflictError, InvalidError, NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.jobs.revocation_list import revoked_certificates
from api.patients.identifiers import name_people, people
from api.store import devices, patients
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["devices"], dependencies=[allow(*COORDINATORS)])
TOKEN_HOURS = 24
_TAKE_BACK = "Release that device first, or revoke it."


class PemResponse(Response):
    """A PEM document."""

    media_type: str = "application/pem-certificate-chain"


DeviceId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{2,62}$")]


def _known_schedule(expected: dict[str, float]) -> dict[str, float]:
    for name in expected:
        if name not in METRIC_BY_NAME:
            raise ValueError(f"{name} is not a metric")
    return expected


Seconds = Annotated[float, Field(ge=1, le=604_800, allow_inf_nan=False)]
Schedule = Annotated[
    dict[str, Seconds],
    Field(description="seconds between readings by metric", max_length=len(METRIC_BY_NAME)),
    AfterValidator(_known_schedule),
]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class NewDevice(BaseModel):
    """A device to register for a patient's stay; its name on the wire stays theirs for life."""

    model_config = ConfigDict(extra="forbid")

    kind: ShortText
    serial: ShortText | None = None
    expected: Schedule = {}


class RegisteredDeviceAnswer(BaseModel):
    """The registered device and its one-time token, which is shown this once.

    ``enrol_at`` is where the device posts it; ``qr`` is an SVG element, a code that holds both.
    """

    id: str
    device: str
    enrolment_token: str
    expires_at: datetime
    enrol_at: str
    qr: str


class DeviceAnswer(BaseModel):
    """A device.

    ``online`` is the device's own unsigned word, ``last_received`` is proved; ``missing_frames``
    are numbers below one that was handled; ``certificate_until`` is real time.
    """

    id: str
    device: str
    patient: UUID
    name: str | None
    identifier: str | None
    kind: str
    serial: str | None
    expected: dict[str, float]
    state: str
    registered_at: datetime
    bound_from: datetime | None
    bound_to: datetime | None
    online: bool
    last_received: datetime | None
    missing_frames: int
    certificate_until: datetime | None


class CertificateRequest(BaseModel):
    """A PEM PKCS#10 request."""

    model_config = ConfigDict(extra="forbid")

    csr: Annotated[str, Field(max_length=16_384)]


class Certificate(BaseModel):
    """A client certificate for the broker."""

    id: str
    client_certificate_pem: str
    expires_at: datetime


async def _device(work: UnitOfWork, device_id: str, *, lock: bool = False) -> Row:
    row = await devices.device(work.conn, device_id, lock=lock)
    if row is None:
        raise NotFoundError
    return row


async def _shown(work: UnitOfWork, row: Row) -> DeviceAnswer:
    await name_people(work.conn, work.services.vault, [row])
    return DeviceAnswer(**row, device=row["id"])


async def _token(work: UnitOfWork, row: Row, request: Request) -> RegisteredDeviceAnswer:
    token = sessions.new_token()
    hashed = sessions.token_hash(token)
    expires = await devices.add_token(work.conn, row["no"], hashed, TOKEN_HOURS)
    secure = work.services.settings.cookie_secure
    scheme = "https" if secure else request.url.scheme
    address = f"{scheme}://{request.url.netloc}{ENROL_PATH}"
    return RegisteredDeviceAnswer(
        id=row["id"],
        device=row["id"],
        enrolment_token=token,
        expires_at=expires,
        enrol_at=address,
        qr=code_svg(address, token),
    )


@router.get("/devices")
async def list_devices(work: Work, cursor: Cursor = None, limit: Limit = 100) -> Page[DeviceAnswer]:
    """List the devices of the ward in the order of registration."""
    return await _listed(work, cursor, limit, None)


@router.get("/patients/{patient_id}/devices")
async def list_patients_devices(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 100
) -> Page[DeviceAnswer]:
    """List one patient's devices."""
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    return await _listed(work, cursor, limit, patient_no)


async def _listed(
    work: UnitOfWork, cursor: str | None, limit: int, patient_no: int | None
) -> Page[DeviceAnswer]:
    after = read_cursor(cursor, int)
    rows = await devices.devices(
        work.conn, after=int(str(after[0])) if after else 0, limit=limit + 1, patient_no=patient_no
    )
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    named = await name_people(work.conn, work.services.vault, shown)
    if patient_no is None:
        work.saw("devices.list", named)
    else:
        work.note("devices.list", patient_no, count=len(shown))
    items = [DeviceAnswer(**row, device=row["id"]) for row in shown]
    return Page(items=items, next=following)


@router.post("/patients/{patient_id}/devices", status_code=201)
async def register(
    work: Work, patient_id: UUID, body: NewDevice, request: Request
) -> RegisteredDeviceAnswer:
    """Register a device for a patient and get its one-time token, good for 24 hours."""
    patient_no = await patients.number(work.conn, patient_id)
    if patient_no is None:
        raise NotFoundError
    if not await patients.staying(work.conn, patient_no):
        raise ConflictError("The patient is discharged: a device is for a stay.")
    device_id = new_device_id()
    mark = await personal_data.serial_mark(work.conn, work.services.vault, body.serial)
    text = (await people(work.conn, work.services.vault, [str(patient_id)]))[str(patient_id)].text
    if text is None:
        raise NotFoundError
    values = {
        **body.model_dump(),
        "id": device_id,
        "patient_no": patient_no,
        "kind": text.seal(body.kind),
        "serial": text.seal(body.serial),
        "serial_mark": mark,
        "now": work.now,
    }
    await _add(work, values)
    work.note("device.register", patient_no, device=device_id)
    return await _token(work, await _device(work, device_id), request)


async def _add(work: UnitOfWork, values: Row) -> None:
    """Register it, unless its serial number is in use."""
    other = await devices.in_use(work.conn, values["serial_mark"])
    if other is not None:
        raise ConflictError(f"This serial number is in use as {other}. {_TAKE_BACK}")
    try:
        await devices.add(work.conn, values)
    except psycopg.errors.ExclusionViolation as error:
        raise ConflictError(
            f"This serial number is in use in another ward. {_TAKE_BACK}"
        ) from error


@router.post("/devices/{device_id}/token", status_code=201)
async def renew_token(work: Work, device_id: DeviceId, request: Request) -> RegisteredDeviceAnswer:
    """Give a new one-time token, with which the device enrols its next key."""
    row = await _device(work, device_id, lock=True)
    if row["state"] == "revoked" or row["bound_to"] is not None:
        raise ConflictError("The use of this device has ended; register the hardware anew.")
    work.note("device.token", row["patient_no"], device=device_id)
    return await _token(work, row, request)


@router.post("/devices/{device_id}/certificate", status_code=201)
async def certify(work: Work, device_id: DeviceId, body: CertificateRequest) -> Certificate:
    """Sign a further client certificate for an enrolled device."""
    row = await _device(work, device_id, lock=True)
    if row["state"] != "enrolled":
        raise ConflictError("Only an enrolled device gets a certificate.")
    now = datetime.fromtimestamp(work.services.real_s(), UTC)
    try:
        issued = work.services.authority.sign(body.csr, device_id, now)
    except RequestRefusedError as error:
        raise InvalidError("csr", str(error)) from error
    await devices.add_certificate(work.conn, row["no"], issued.serial, issued.expires, issued.pem)
    work.note("device.certify", row["patient_no"], device=device_id, serial=issued.serial)
    return Certificate(
        id=issued.serial, client_certificate_pem=issued.pem, expires_at=issued.expires
    )


@router.post("/devices/{device_id}/release")
async def release(work: Work, device_id: DeviceId) -> DeviceAnswer:
    """End a device's use by its patient; what it measured before is still taken when it comes.

    The hardware can then be registered for the next patient, as a new device. A repeat changes
    nothing.
    """
    row = await _device(work, device_id, lock=True)
    await devices.release(work.conn, row["no"], work.now)
    work.note("device.release", row["patient_no"], device=device_id)
    return await _shown(work, await _device(work, device_id))


@router.post("/devices/{device_id}/revoke")
async def revoke(work: Work, device_id: DeviceId) -> DeviceAnswer:
    """End a device at once: its keys, certificates and tokens. A repeat changes nothing."""
    row = await _device(work, device_id, lock=True)
    await devices.revoke(work.conn, row["no"], work.now)
    work.note("device.revoke", row["patient_no"], device=device_id)
    return await _shown(work, await _device(work, device_id))


@router.get(
    "/devices/revoked.pem",
    response_class=PemResponse,
    responses={200: {"content": {PemResponse.media_type: {"schema": {"type": "string"}}}}},
)
async def revocation_list(work: Work) -> Response:
    """Return the list of revoked certificates (PEM), signed now and good for 30 days.

    It is the whole list, of every ward: a broker that believed a part of it would let the other
    wards' revoked devices in. It tells numbers of certificates and nothing else.
    """
    revoked = await revoked_certificates(work.services)
    now = datetime.fromtimestamp(work.services.real_s(), UTC)
    pem = work.services.authority.revocation_list(revoked, now)
    return PemResponse(pem)
