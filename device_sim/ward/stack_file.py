"""Address of the ward: read from an embedded stack's ``stack.json``, or given by hand."""

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from device_sim.errors import StackUnreadable


class FleetAccount(Struct, frozen=True):
    """The embedded stack's account that may speak for any device, on the loopback."""

    host: str
    port: int
    username: str
    password: str


class MqttEndpoint(Struct, frozen=True):
    """The broker; ``fleet`` only in an embedded stack."""

    fleet: FleetAccount | None = None


class Admin(Struct, frozen=True):
    """An account that may register patients and devices."""

    username: str
    password: str


class StackClock(Struct, frozen=True):
    """The ward clock, if it is not real time."""

    start: datetime
    rate: float
    origin: float


class Stack(Struct, frozen=True):
    """What a simulator needs to know of a ward."""

    api: str
    admin: Admin
    mqtt: MqttEndpoint = MqttEndpoint()
    clock: StackClock | None = None


def read_stack(path: Path) -> Stack:
    """Read ``stack.json``.

    Raises:
        StackUnreadable: there is none, or it lacks something.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Stack)
    except OSError as failure:
        raise StackUnreadable(f"{path}: {failure.strerror}; is `homeward up` running?") from None
    except msgspec.DecodeError as failure:
        raise StackUnreadable(f"{path}: {failure}") from None
