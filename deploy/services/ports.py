"""Loopback ports of a stack: fixed offsets from a base, or free ones that are kept.

A free port is looked for outside the kernel's ephemeral range: a port of that range, once told
to a server that has yet to start, may meanwhile become the near end of any outgoing connection.
And it is claimed for the life of this process, so that two processes that look at the same time
are not both told the same one.
"""

import errno
import json
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

HOST = "127.0.0.1"
EPHEMERAL_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_EPHEMERAL = range(32_768, 61_000)  # Linux' own default, where the kernel does not tell
_ASSIGNABLE = range(10_000, 65_536)  # below are the ports that well-known services listen on
_ENOUGH = 1000
_PORTS = range(1, 65_536)
_claims: dict[int, int] = {}  # port: the descriptor that holds the claim until the process ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One port for each listener of the embedded stack, in the order of the fixed offsets."""

    api: int
    mqtt: int
    mqtt_service: int
    mqtt_fleet: int
    postgres: int
    metrics: int
    archive: int


NAMES = tuple(Ports.__dataclass_fields__)


def is_free(port: int) -> bool:
    """Whether nothing listens on the loopback ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def ephemeral(file: Path = EPHEMERAL_FILE) -> range:
    """Return the ports that the kernel gives to outgoing connections."""
    try:
        first, last = (int(word) for word in file.read_text().split())
    except (OSError, ValueError):
        return _EPHEMERAL
    return range(first, last + 1)


def assignable(avoided: range) -> list[int]:
    """Return the ports to choose from: outside ``avoided``, unless that leaves next to none."""
    outside = [port for port in _ASSIGNABLE if port not in avoided]
    return outside if len(outside) >= _ENOUGH else list(_ASSIGNABLE)


def claim(port: int) -> bool:
    """Mark ``port`` as this process's; whether no other process has done so.

    The mark is a name in Linux' abstract socket namespace: it is shared by exactly the processes
    that share the loopback, and ends with the process, however that ends. Where there is no such
    namespace every claim succeeds.
    """
    if port in _claims:
        return True
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0homeward-port-{port}")
    except OSError as refused:
        mark.close()
        return refused.errno != errno.EADDRINUSE
    _claims[port] = mark.detach()
    return True


def _unclaimed() -> Iterator[int]:
    """Yield free ports that nobody has claimed, in an order of chance, each claimed now."""
    choice = assignable(ephemeral())
    secrets.SystemRandom().shuffle(choice)
    return (port for port in choice if port not in _claims and claim(port) and is_free(port))


def free_ports(count: int) -> list[int]:
    """Return ``count`` different ports that are free and stay so until this process uses them.

    Raises:
        OSError: there are not so many.
    """
    found = list(islice(_unclaimed(), count))
    if len(found) < count:
        raise OSError(errno.EADDRNOTAVAIL, f"fewer than {count} ports are free on {HOST}")
    return found


def kept_in(file: Path) -> dict[str, int]:
    """Return the ports that an earlier start kept; others are as good if they cannot be read."""
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {name: p for name, p in kept.items() if isinstance(p, int) and p in _PORTS}


def choose(base: int | None, kept: Mapping[str, int]) -> Ports:
    """Return the ports for a start.

    Args:
        base: the first of a fixed row of ports, or None to use those kept from an earlier start
            while they are free, and free ones for the rest.
        kept: ports of an earlier start by name; may be empty.
    """
    if base is not None:
        return Ports(**{name: base + offset for offset, name in enumerate(NAMES)})
    again = {name: kept[name] for name in NAMES if name in kept and _is_ours(kept[name])}
    others = [name for name in NAMES if name not in again]
    return Ports(**again, **dict(zip(others, free_ports(len(others)), strict=True)))


def _is_ours(port: int) -> bool:
    """Whether a port of an earlier start can be had again."""
    return is_free(port) and claim(port)


def taken(ports: Ports) -> list[str]:
    """Return, for a message, the ports that something else listens on."""
    return [f"{port} ({name})" for name, port in asdict(ports).items() if not is_free(port)]
