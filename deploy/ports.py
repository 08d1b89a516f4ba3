"""Which loopback ports a stack uses: fixed offsets from a base, or free ones that are kept."""

import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One port for each listener of the embedded stack, in the order of the fixed offsets."""

    api: int
    mqtt: int
    mqtt_service: int
    mqtt_fleet: int
    postgres: int
    metrics: int


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


def free_ports(count: int) -> list[int]:
    """Return ``count`` different ports that are free at this moment."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def kept_in(file: Path) -> dict[str, int]:
    """Return the ports that an earlier start kept; others are as good if they cannot be read."""
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {name: port for name, port in kept.items() if isinstance(port, int)}


def choose(base: int | None, kept: Mapping[str, int]) -> Ports:
    """Return the ports for a start.

    Args:
        base: the first of a fixed row of ports, or None to use those kept from an earlier start
            while they are free, and free ones for the rest.
        kept: ports of an earlier start by name; may be empty.
    """
    if base is not None:
        return Ports(**{name: base + offset for offset, name in enumerate(NAMES)})
    fresh = dict(zip(NAMES, free_ports(len(NAMES)), strict=True))
    return Ports(**{n: kept[n] if n in kept and is_free(kept[n]) else fresh[n] for n in NAMES})


def taken(ports: Ports) -> list[str]:
    """Return, for a message, the ports that something else listens on."""
    return [f"{port} ({name})" for name, port in asdict(ports).items() if not is_free(port)]
