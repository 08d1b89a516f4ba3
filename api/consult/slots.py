"""Slots of the doctors' shifts: cut on the grid of the clock, without what is taken; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When one doctor is at work."""

    doctor: UUID
    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time at which a doctor can be met."""

    doctor: UUID
    name: str
    start: datetime
    end: datetime


def free_slots(
    hours: Iterable[WorkingHours],
    taken: Mapping[UUID, Sequence[Span]],
    own: Sequence[Span],
    *,
    start: datetime,
    end: datetime,
    minutes: int,
) -> list[Slot]:
    """Return the slots that begin within a span and lie whole in somebody's working hours.

    Args:
        hours: of the ward's doctors.
        taken: when each of them is booked already.
        own: when the patient is booked already.
        start: no slot begins before.
        end: none begins at or after.
        minutes: how long a slot is; slots begin at its multiples of the clock.
    """
    step = timedelta(minutes=minutes)
    found = []
    for one in hours:
        at = _on_grid(max(start, one.start), step)
        busy = [*taken.get(one.doctor, ()), *own]
        while at < end and at + step <= one.end:
            if not any(at < until and since < at + step for since, until in busy):
                found.append(Slot(doctor=one.doctor, name=one.name, start=at, end=at + step))
            at += step
    return sorted(found, key=lambda slot: (slot.start, slot.name, slot.doctor))


def _on_grid(at: datetime, step: timedelta) -> datetime:
    """Return the first multiple of the step at or after a moment."""
    return _EPOCH + -((_EPOCH - at) // step) * step
