"""Commands to a device: a closed list, signed and sent by the gateway."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from analytics.domain.vitals import METRIC_BY_NAME
from api.auth import sessions
from api.errors import ConflictError, ForbiddenError, NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.store import devices
from api.store.types import Row

router = APIRouter(tags=["devices"], dependencies=[allow(*COORDINATORS, *CLINICIANS)])
DeviceId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{2,62}$")]
_TOKEN_HOURS = 24
_OF_CARE = frozenset({"measure", "message"})
"""What clinicians may tell the devices of their patients."""


def _known(name: str) -> str:
    if name not in METRIC_BY_NAME:
        raise ValueError("is not a metric")
    return name


MetricName = Annotated[str, AfterValidator(_known)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MeasureArgs(_Closed):
    """Ask for a measurement now."""

    metric: MetricName


class MessageArgs(_Closed):
    """Show advice or a reminder."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class IntervalArgs(_Closed):
    """Measure every so many seconds from now on."""

    metric: MetricName
    seconds: Annotated[int, Field(strict=True, ge=1, le=86_400)]


class NoArgs(_Closed):
    """Nothing to say."""


class _Timed(_Closed):
    expires_in_s: Annotated[
        int, Field(strict=True, ge=10, le=604_800, description="ward seconds")
    ] = 86_400


class Measure(_Timed):
    """``measure``."""

    command: Literal["measure"]
    args: MeasureArgs


class Message(_Timed):
    """``message``."""

    command: Literal["message"]
    args: MessageArgs


class IntervalCommand(_Timed):
    """``interval``."""

    command: Literal["interval"]
    args: IntervalArgs


class ClockCommand(_Timed):
    """``clock``."""

    command: Literal["clock"]
    args: NoArgs = NoArgs()


class RotateKey(_Timed):
    """``rotate_key``; the one-time token is made here and sent to the device alone."""

    command: Literal["rotate_key"]
    args: NoArgs = NoArgs()


NewCommand = Annotated[
    Measure | Message | IntervalCommand | ClockCommand | RotateKey, Field(discriminator="command")
]


class Queued(BaseModel):
    """A command that waits to be sent."""

    id: UUID
    state: str
    expires: datetime


class CommandShown(BaseModel):
    """How far a command has come."""

    id: UUID
    command: str
    issued: datetime
    expires: datetime
    state: str
    changed_at: datetime


async def _device(work: UnitOfWork, device_id: str) -> Row:
    row = await devices.device(work.conn, device_id)
    if row is None:
        raise NotFoundError
    return row


@router.post("/devices/{device_id}/commands", status_code=201)
async def send(work: Work, device_id: DeviceId, body: NewCommand) -> Queued:
    """Queue a command for an enrolled device; clinicians a measurement or a message alone."""
    row = await _device(work, device_id)
    if work.caller.role in CLINICIANS and body.command not in _OF_CARE:
        raise ForbiddenError("Clinicians ask for a measurement or send a message; no more.")
    if row["state"] != "enrolled" or row["bound_to"] is not None:
        raise ConflictError("Only an enrolled device that is in use can be told anything.")
    expires = work.now + timedelta(seconds=body.expires_in_s)
    values = {
        "device_no": row["no"],
        "bucket": row["bucket"],
        "command": body.command,
        "args": await _args(work, row, body),
        "issued": work.now,
        "expires": expires,
        "issued_by": work.caller.user_id,
    }
    command_id = await devices.add_command(work.conn, values)
    work.note("command.send", row["patient_no"], device=device_id, command=body.command)
    return Queued(id=command_id, state="queued", expires=expires)


async def _args(work: UnitOfWork, row: Row, body: _Timed) -> dict[str, Any]:
    if isinstance(body, RotateKey):
        token = sessions.new_token()
        hashed = sessions.token_hash(token)
        await devices.add_token(work.conn, row["no"], hashed, _TOKEN_HOURS)
        return {"token": token}
    args: dict[str, Any] = body.model_dump()["args"]
    return args


@router.get("/devices/{device_id}/commands")
async def list_commands(
    work: Work, device_id: DeviceId, cursor: Cursor = None, limit: Limit = 100
) -> Page[CommandShown]:
    """List a device's commands, newest first."""
    row = await _device(work, device_id)
    before = read_cursor(cursor, datetime)
    issued_before = before[0] if before and isinstance(before[0], datetime) else None
    rows = await devices.commands(work.conn, row["no"], issued_before, limit + 1)
    shown, following = cut(rows, limit, lambda one: [one["issued"]])
    work.note("commands.list", row["patient_no"], device=device_id)
    return Page(items=[CommandShown.model_validate(one) for one in shown], next=following)
