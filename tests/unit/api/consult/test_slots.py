"""Slots lie on the clock's grid, whole in a shift, and beside what is taken."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.consult.slots import Span, WorkingHours, free_slots

DAY = datetime(2026, 3, 2, tzinfo=UTC)
ANN, BOB = UUID(int=1), UUID(int=2)


def at(hour: int, minute: int = 0) -> datetime:
    return DAY + timedelta(hours=hour, minutes=minute)


def shift(doctor: UUID, start: datetime, end: datetime) -> WorkingHours:
    return WorkingHours(doctor=doctor, name=f"Dr {doctor.int}", start=start, end=end)


def begin(
    *hours: WorkingHours,
    taken: dict[UUID, list[Span]] | None = None,
    own: list[Span] | None = None,
    start: datetime = DAY,
    end: datetime = DAY + timedelta(days=1),
    minutes: int = 20,
) -> list[tuple[int, str]]:
    found = free_slots(hours, taken or {}, own or [], start=start, end=end, minutes=minutes)
    return [(one.doctor.int, one.start.strftime("%H:%M")) for one in found]


def test_a_slot_begins_on_the_grid_and_ends_within_the_shift() -> None:
    assert begin(shift(ANN, at(8, 10), at(9, 10))) == [(1, "08:20"), (1, "08:40")]


def test_what_is_taken_by_either_side_is_not_offered() -> None:
    hours = (shift(ANN, at(8), at(9)), shift(BOB, at(8), at(9)))
    assert begin(*hours, taken={ANN: [(at(8, 20), at(8, 40))]}) == [
        (1, "08:00"),
        (2, "08:00"),
        (2, "08:20"),
        (1, "08:40"),
        (2, "08:40"),
    ]
    assert begin(hours[0], own=[(at(8, 10), at(8, 30))]) == [(1, "08:40")]


def test_none_begins_before_or_after_the_span_that_is_asked() -> None:
    hours = shift(ANN, at(8), at(12))
    assert begin(hours, start=at(9, 50), end=at(10, 21)) == [(1, "10:00"), (1, "10:20")]
    assert begin(hours, start=at(10), end=at(10, 1)) == [(1, "10:00")]
    assert begin(hours, start=at(12), end=at(13)) == []


def test_a_longer_slot_has_a_coarser_grid() -> None:
    assert begin(shift(ANN, at(8, 10), at(10)), minutes=60) == [(1, "09:00")]
