"""Rollback of a device to an old copy: nothing it has just measured is lost.

It signs on from the old copy's number until ``acks`` shows that its former self had come further,
or names one of its frames a conflict. What it signed under numbers that were used before is not
stored and never will be: it goes out anew, in a new boot.
"""

from collections.abc import Collection, Iterable
from typing import TypeVar

import msgspec

from device_sim.device.spool import FrameId, Spool
from gateway import wire

Content = TypeVar("Content", bound=wire.Vitals | wire.Receipt)


def covered(acks: wire.Acks, ids: Iterable[FrameId]) -> list[FrameId]:
    """Those of ``ids`` that ``acks`` covers."""
    by_boot = {item.boot: item for item in acks.boots}
    return [(boot, seq) for boot, seq in ids if boot in by_boot and wire.covers(by_boot[boot], seq)]


def conflicts(acks: wire.Acks, ids: Iterable[FrameId]) -> set[FrameId]:
    """Those of ``ids`` whose numbers had been used for other bytes, as ``acks`` says."""
    named = {
        (item.boot, seq)
        for item in acks.boots
        for seq, reason in item.refused
        if reason == wire.Refusal.CONFLICT
    }
    return named.intersection(ids) if named else named


def contents(spool: Spool, ids: Collection[FrameId]) -> list[wire.Vitals | wire.Receipt]:
    """What these frames of the spool say, oldest first.

    A ``clock/1`` is left out: it told the time of its boot, and the new boot tells its own.
    """
    found: list[wire.Vitals | wire.Receipt] = []
    for spooled in spool.oldest(len(spool)) if ids else []:
        if spooled.id in ids:
            message = wire.decode_device_message(wire.unverified_message(spooled.frame))
            if isinstance(message, wire.Vitals | wire.Receipt):
                found.append(message)
    return found


def renumbered(messages: Iterable[Content], first: FrameId) -> list[Content]:
    """The same messages under the numbers from ``first`` on."""
    boot, seq = first
    return [
        msgspec.structs.replace(message, boot=boot, seq=seq + place)
        for place, message in enumerate(messages)
    ]
