"""The arithmetic of ``acks/1``: sets of handled numbers as ranges, and what they cover."""

from collections.abc import Iterable

from gateway.wire.messages import MAX_ALSO_RANGES, BootAcks


def ranges_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending, disjoint, inclusive ranges of a set of numbers (any order, repeats allowed)."""
    ranges: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def upto_and_ranges(upto: int, handled: Iterable[int]) -> tuple[int, list[tuple[int, int]]]:
    """The new ``upto`` and at most 32 ``also`` ranges, oldest first.

    Args:
        upto: every number up to here is handled already (0: none).
        handled: further handled numbers, with or without holes between.
    """
    ranges = ranges_of(number for number in handled if number > upto)
    if ranges and ranges[0][0] == upto + 1:
        upto = ranges.pop(0)[1]
    return upto, ranges[:MAX_ALSO_RANGES]


def covers(acks: BootAcks, seq: int) -> bool:
    """Whether the device may forget frame ``seq`` of that boot."""
    return (
        seq <= acks.upto
        or any(first <= seq <= last for first, last in acks.also)
        or any(seq == number for number, _ in acks.refused)
    )
