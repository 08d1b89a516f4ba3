"""Faults between a device and the gateway, on purpose and repeatable.

Each fault breaks one promise that the protocol must repair (loss, duplication, order, clocks,
absence) or tries what it must refuse (forgery). The device's core is never touched: faults act on
what leaves it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """How often things go wrong for a device; shares in [0, 1] of frames.

    Attributes:
        drop: lost on the way to the broker.
        duplicate: sent twice.
        reorder: held back, and sent after later ones.
        forged: followed by a copy with one byte changed.
        clock_offset_ms: how far the device's clock is ahead of the ward's.
        offline_ms: (from, to) spells out of reach, ward times.
    """

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    forged: float = 0.0
    clock_offset_ms: int = 0
    offline_ms: Sequence[tuple[int, int]] = ()

    def offline_at(self, at_ms: int) -> bool:
        """Whether the device is out of reach at a ward time."""
        return any(first <= at_ms < last for first, last in self.offline_ms)


class Delivery(NamedTuple):
    """What really goes out: the payload, after how many real seconds, and whether it is forged."""

    payload: bytes
    delay_s: float
    forged: bool


NONE = FaultPlan()
_HELD_S = 0.3


def forge(payload: bytes, rng: random.Random) -> bytes:
    """The payload with one byte of its signature or content changed."""
    place = rng.randrange(1, len(payload))
    changed = payload[place] ^ rng.randint(1, 255)
    return payload[:place] + bytes([changed]) + payload[place + 1 :]


def deliveries(plan: FaultPlan, payload: bytes, rng: random.Random) -> list[Delivery]:
    """What becomes of one published payload under a plan."""
    if plan is NONE:
        return [Delivery(payload, 0.0, forged=False)]
    out: list[Delivery] = []
    if rng.random() >= plan.drop:
        delay_s = _HELD_S * rng.random() if rng.random() < plan.reorder else 0.0
        out.append(Delivery(payload, delay_s, forged=False))
        if rng.random() < plan.duplicate:
            out.append(Delivery(payload, delay_s + _HELD_S * rng.random(), forged=False))
    if rng.random() < plan.forged:
        out.append(Delivery(forge(payload, rng), 0.0, forged=True))
    return out


def make_plan(
    rng: random.Random, level: float, *, start_ms: int, length_ms: int, clocks: bool = True
) -> FaultPlan:
    """A plan drawn at a level of trouble: 0 none, 1 everything often.

    Args:
        rng: source of chance.
        level: 0 to 1.
        start_ms: ward time of the start.
        length_ms: ward time that the run lasts; an offline spell takes up to a tenth of it.
        clocks: whether the device's clock may be wrong, too.
    """
    if level <= 0:
        return NONE
    offline: tuple[tuple[int, int], ...] = ()
    if rng.random() < level:
        first = start_ms + int(length_ms * rng.uniform(0.2, 0.7))
        offline = ((first, first + int(length_ms * rng.uniform(0.02, 0.1))),)
    wrong = clocks and rng.random() < level / 2
    return FaultPlan(
        drop=0.05 * level,
        duplicate=0.1 * level,
        reorder=0.1 * level,
        forged=0.01 * level,
        clock_offset_ms=int(rng.uniform(-90_000, 90_000)) if wrong else 0,
        offline_ms=offline,
    )
