"""``POST /enrol``: a device turns its one-time token into a key that counts.

Called by devices, which are no users: the token is the only credential, and wrong, expired and used
tokens get one answer. The same request gets the same answer again, so a lost answer bricks nothing.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.auth.sessions import token_hash
from api.devices import enrolment
from api.devices.certificate_authority import Issued, RequestRefusedError
from api.errors import InvalidError, NotSignedInError, UnavailableError
from api.http.deps import Shared
from api.services import Connection, Services
from api.store import devices
from api.store.types import Row

router = APIRouter(tags=["devices"])


class EnrolmentForm(BaseModel):
    """What a device sends; keys and proof in standard base64, ``csr`` a PEM PKCS#10 request."""

    model_config = ConfigDict(extra="ignore")

    token: Annotated[str, Field(min_length=1, max_length=256)]
    public_key: Annotated[str, Field(max_length=256)]
    proof: Annotated[str, Field(max_length=256)]
    box_public_key: Annotated[str | None, Field(max_length=256)] = None
    csr: Annotated[str | None, Field(max_length=16_384)] = None


class Topics(BaseModel):
    """The device's own topics."""

    vitals: str
    status: str
    commands: str
    receipts: str
    acks: str


class MqttAccess(BaseModel):
    """Where the broker is, and what to trust there."""

    host: str
    port: int
    ca_pem: str | None
    client_certificate_pem: str | None


class Gateway(BaseModel):
    """The gateway's public keys in standard base64."""

    sign_public_keys: list[str]
    box_public_key: str


class Enrolled(BaseModel):
    """Everything that the device needs to be heard."""

    device: str
    bucket: str
    topics: Topics
    mqtt: MqttAccess
    gateway: Gateway


def _refused() -> NotSignedInError:
    return NotSignedInError("This enrolment token is not valid.")


@router.post("/enrol", status_code=201)
async def enrol(body: EnrolmentForm, services: Shared) -> Enrolled:
    """Enrol a device's key; 401 for any token that does not count, 422 for bad keys or proof."""
    request = enrolment.Request(**body.model_dump())
    hashed = token_hash(request.token)
    async with services.pool.connection() as conn, conn.transaction():
        target = await devices.enrolment_target(conn, hashed)
        if target is None:
            raise _refused()
        if target["used"]:
            return _same_again(target, request)
        keys = enrolment.proved_keys(request)
        issued = _certificate(services, request, target["device_id"])
        answer = await _answer(conn, services, target, issued)
        outcome = await devices.enrol(
            conn,
            {
                "token": hashed,
                "digest": request.digest(),
                "sign_key": keys.sign,
                "box_key": keys.box,
                "now": services.now(),
                "answer": answer,
                "serial": issued.serial if issued else None,
                "expires": issued.expires if issued else None,
            },
        )
        return await _concluded(conn, outcome, answer, request)


async def _concluded(
    conn: Connection, outcome: str, answer: dict[str, Any], request: enrolment.Request
) -> Enrolled:
    """Turn the database's word into the answer; a twin request may have been faster."""
    if outcome == "key_in_use":
        raise InvalidError("public_key", "is in use already; make a new key pair")
    if outcome == "again":
        target = await devices.enrolment_target(conn, token_hash(request.token))
        if target is not None:
            return _same_again(target, request)
    if outcome != "enrolled":
        raise _refused()
    return Enrolled.model_validate(answer)


def _same_again(target: Row, request: enrolment.Request) -> Enrolled:
    if target["request_digest"] != request.digest():
        raise _refused()
    return Enrolled.model_validate(target["answer"])


def _certificate(services: Services, request: enrolment.Request, device_id: str) -> Issued | None:
    if not request.csr:
        return None
    try:
        now = datetime.fromtimestamp(services.real_s(), UTC)
        return services.authority.sign(request.csr, device_id, now)
    except RequestRefusedError as error:
        raise InvalidError("csr", str(error)) from error


async def _answer(
    conn: Connection, services: Services, target: Row, issued: Issued | None
) -> dict[str, Any]:
    gateway_keys = await devices.gateway_keys(conn)
    if not gateway_keys:
        raise UnavailableError("The gateway has not told its keys yet; try again soon.")
    settings = services.settings
    broker = enrolment.DeviceBroker(
        host=settings.device_mqtt_host, port=settings.device_mqtt_port, ca_pem=services.broker_ca
    )
    certificate = issued.pem if issued else None
    return enrolment.answer(
        target["device_id"], target["bucket"], broker, certificate, gateway_keys
    )
