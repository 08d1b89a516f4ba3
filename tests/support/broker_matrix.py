"""Who may say and hear what at the broker: the expectation, as data, and as a table.

Written from the protocol (``docs/device-protocol.md``): a device publishes ``vitals``, ``status``
and ``receipts`` and hears ``acks`` and ``commands``, all under its own id, in one of the 256
buckets, and nothing else; the gateway the other way round, and it takes away what the broker was
made to keep; the simulators' account speaks for any device, on the loopback. A test holds a real
broker to it, and ``docs/security.md`` to the table:

    python -m tests.support.broker_matrix
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

DEVICE, OTHER = "w-matrix-a", "w-matrix-b"
GATEWAY_ID = "homeward-gateway-16-0"
ROOT = "homeward/v1/0a"
TOPICS = {
    "own vitals": f"{ROOT}/{DEVICE}/vitals",
    "own status": f"{ROOT}/{DEVICE}/status",
    "own receipts": f"{ROOT}/{DEVICE}/receipts",
    "own acks": f"{ROOT}/{DEVICE}/acks",
    "own commands": f"{ROOT}/{DEVICE}/commands",
    "own vitals, another bucket": f"homeward/v1/ff/{DEVICE}/vitals",
    "own, no bucket": f"homeward/v1/zz/{DEVICE}/vitals",
    "own, a long text for a bucket": f"homeward/v1/{'a' * 20_000}/{DEVICE}/vitals",
    "own, two levels for a bucket": f"homeward/v1/0a/b/{DEVICE}/vitals",
    "own, other word": f"{ROOT}/{DEVICE}/other",
    "other's vitals": f"{ROOT}/{OTHER}/vitals",
    "other's status": f"{ROOT}/{OTHER}/status",
    "other's receipts": f"{ROOT}/{OTHER}/receipts",
    "other's acks": f"{ROOT}/{OTHER}/acks",
    "other's commands": f"{ROOT}/{OTHER}/commands",
    "other root": f"elsewhere/v1/0a/{DEVICE}/vitals",
    "other version": f"homeward/v2/0a/{DEVICE}/vitals",
    "`$SYS`": "$SYS/broker/uptime",
}
"""By name in the table; "own" is of ``DEVICE``. The gateway and the fleet own nothing."""
CLIENT_IDS = {"own": DEVICE, "other's": OTHER, "gateway's": GATEWAY_ID}

NAMES: dict[str, dict[str, bool]] = {
    "device": {"own": True, "other's": False, "gateway's": False},
    "gateway": dict.fromkeys(CLIENT_IDS, True),
    "fleet": dict.fromkeys(CLIENT_IDS, True),
}
"""Whether who asks for a client id gets it, and so takes it from who has it."""

Identity = Literal["device", "gateway", "fleet"]
_UP = ("vitals", "status", "receipts")
_DOWN = ("acks", "commands")
_OWNERS = ("own", "other's")


def _named(owners: tuple[str, ...], kinds: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{owner} {kind}" for owner in owners for kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Names of topics that an identity may publish, and whose messages reach it."""

    publishes: frozenset[str]
    hears: frozenset[str]


_ELSEWHERE = frozenset({"own vitals, another bucket"})
_ANY_TEXT = _ELSEWHERE | {"own, no bucket", "own, a long text for a bucket"}
RIGHTS: dict[Identity, Rights] = {
    "device": Rights(publishes=_named(("own",), _UP) | _ELSEWHERE, hears=_named(("own",), _DOWN)),
    "gateway": Rights(
        publishes=_named(_OWNERS, _UP + _DOWN) | _ANY_TEXT,
        hears=_named(_OWNERS, _UP) | _ANY_TEXT,
    ),
    "fleet": Rights(publishes=_named(_OWNERS, _UP) | _ANY_TEXT, hears=_named(_OWNERS, _DOWN)),
}
DOORS = ("devices' door", "gateway's door", "simulators' door")
CREDENTIALS: dict[str, dict[str, Identity | None]] = {
    "a device's certificate": dict(zip(DOORS, ("device", None, None), strict=True)),
    "the gateway's certificate": dict(zip(DOORS, (None, "gateway", None), strict=True)),
    "the fleet's password": dict(zip(DOORS, (None, None, "fleet"), strict=True)),
    "a wrong password": dict.fromkeys(DOORS),
    "a certificate of another authority": dict.fromkeys(DOORS),
    "nothing": dict.fromkeys(DOORS),
}


def table() -> str:
    """Return the three tables in Markdown."""
    return "\n".join([*_doors(), "", *_rights(), "", *_ids()]) + "\n"


def _doors() -> Iterator[str]:
    yield "| who comes with | " + " | ".join(DOORS) + " |"
    yield "|---" * (1 + len(DOORS)) + "|"
    for name, doors in CREDENTIALS.items():
        cells = (f"enters as {doors[door]}" if doors[door] else "refused" for door in DOORS)
        yield f"| {name} | " + " | ".join(cells) + " |"


def _rights() -> Iterator[str]:
    yield "| topic | " + " | ".join(f"{who} says | {who} hears" for who in RIGHTS) + " |"
    yield "|---" * (1 + 2 * len(RIGHTS)) + "|"
    for topic in TOPICS:
        cells = (
            _mark(topic in allowed)
            for rights in RIGHTS.values()
            for allowed in (rights.publishes, rights.hears)
        )
        yield f"| {topic} | " + " | ".join(cells) + " |"


def _ids() -> Iterator[str]:
    yield "| client id that it asks for | " + " | ".join(NAMES) + " |"
    yield "|---" * (1 + len(NAMES)) + "|"
    for asked in CLIENT_IDS:
        cells = ("gets it" if gets[asked] else "gets its own id" for gets in NAMES.values())
        yield f"| {asked} | " + " | ".join(cells) + " |"


def _mark(allowed: bool) -> str:  # noqa: FBT001 - one cell
    return "yes" if allowed else "no"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 - a command's output
