"""One cell of somebody's recording: a number or a time, or why it is neither and what to do.

Nothing is guessed. What could be read in two ways (a day or a month first, a comma for a point) is
refused with the words that make it plain; what is plain in only one way (milliseconds since 1970)
is read.
"""

import re
from datetime import UTC, datetime
from typing import NamedTuple

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE_OF_8 = re.compile(r"(19|20|21)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)
_EARLIEST_S = datetime(1900, 1, 1, tzinfo=UTC).timestamp()
_LATEST_S = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_LEAST_MS = 1e11
"""Seconds above this are after the year 5000: the number is milliseconds (from 1973 on)."""
_NOTHING = frozenset({"na", "n/a", "nan", "null", "none", "nil", "missing", "-", "--", "---", "."})
_BEYOND = frozenset({"low", "lo", "high", "hi"})
_LIKE_THIS = "write it as 2026-02-12T08:35:00Z"
_ACVPU = "write 0 alert, 1 new confusion, 2 voice, 3 pain, 4 unresponsive"


class ParsedTime(NamedTuple):
    """A time as it was read.

    Attributes:
        at_ms: milliseconds since 1970.
        zoned: whether the cell says so beyond doubt; else its clock time was taken as UTC.
    """

    at_ms: int
    zoned: bool


class CellError(ValueError):
    """Why a cell cannot be read, and what to do."""


def number(column: str, cell: str) -> float:
    """Read a measured value.

    Raises:
        CellError: it is no plain number.
    """
    if not _NUMBER.fullmatch(cell):
        raise CellError(f"{cell!r} is not a number: {_advice(column, cell)}")
    value = float(cell)
    if abs(value) == float("inf"):
        raise CellError(f"{cell!r} is not a number that can be measured")
    return value


def _advice(column: str, cell: str) -> str:
    word = cell.lower()
    reasons = (
        (word in _NOTHING, "leave the cell empty where nothing was measured"),
        (
            word in _BEYOND or word[:1] in {"<", ">"},
            "it was beyond the meter's range: write the limit of its manual, or leave it empty",
        ),
        (
            re.fullmatch(r"[+-]?[\d.]*,\d+", cell) is not None,
            "write decimals with a full stop (36.7), and thousands without a separator",
        ),
        (
            re.fullmatch(r"\d+\s*/\s*\d+", cell) is not None,
            "two numbers need two columns, as sbp and dbp",
        ),
        (column == "acvpu", _ACVPU),
        (column == "o2", "write 1 on oxygen, 0 on room air"),
        (re.match(r"[+-]?\d", cell) is not None, "write the number alone, without its unit"),
    )
    return next((advice for holds, advice in reasons if holds), "write a number, or nothing")


def moment(cell: str) -> ParsedTime:
    """Read a time: RFC 3339, or seconds or milliseconds since 1970.

    Raises:
        CellError: it is none, or could be read in two ways.
    """
    if _NUMBER.fullmatch(cell):
        return ParsedTime(_since_1970(cell), zoned=True)
    try:
        read = datetime.fromisoformat(cell)
    except ValueError:
        raise CellError(f"{cell!r} is no time that can be told: {_time_advice(cell)}") from None
    if ":" not in cell and "T" not in cell.upper():
        raise CellError(f"{cell!r} is a date without a time: {_LIKE_THIS}")
    zoned = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    return ParsedTime(_within(cell, zoned.timestamp()), zoned=read.tzinfo is not None)


def _since_1970(cell: str) -> int:
    if _DATE_OF_8.fullmatch(cell):
        raise CellError(f"{cell!r} could be a date or seconds since 1970: {_LIKE_THIS}")
    value = float(cell)
    return _within(cell, value / 1000 if abs(value) >= _LEAST_MS else value)


def _within(cell: str, seconds: float) -> int:
    if not _EARLIEST_S <= seconds <= _LATEST_S:
        raise CellError(
            f"{cell!r} is not a time from 1900 to 2200: {_LIKE_THIS}, or as seconds or "
            "milliseconds since 1970"
        )
    return round(seconds * 1000)


def _time_advice(cell: str) -> str:
    if not cell:
        return f"the cell is empty; {_LIKE_THIS}"
    if re.match(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", cell):
        return f"which is the day and which the month? {_LIKE_THIS}"
    if re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?(\.\d+)?( ?[AaPp][Mm])?", cell):
        return f"it has no date; {_LIKE_THIS}"
    return f"neither RFC 3339 nor seconds since 1970; {_LIKE_THIS}"
