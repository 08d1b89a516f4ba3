"""Shifts as an iCalendar feed (RFC 5545); pure. Nothing of any patient is in it."""

from collections.abc import Iterable
from datetime import datetime

from api.store.types import Row

_LINE_BYTES = 75


def feed(shifts: Iterable[Row], now: datetime) -> str:
    """Return the calendar of one person's shifts.

    Args:
        shifts: ``id``, ``start``, ``end``, ``kind`` and ``ward``.
        now: when it is made.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Homeward//Shifts//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Homeward shifts",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for one in shifts:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one['id']}@homeward",
            f"DTSTAMP:{_utc(now)}",
            f"DTSTART:{_utc(one['start'])}",
            f"DTEND:{_utc(one['end'])}",
            f"SUMMARY:{_text('Shift, ' + one['kind'] + ', ward ' + one['ward'])}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _utc(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Escape what RFC 5545 (3.3.11) asks to be escaped."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> Iterable[str]:
    """Fold a line after 75 octets, never within a character (RFC 5545, 3.1)."""
    first, room = True, _LINE_BYTES
    part = ""
    for character in line:
        if len((part + character).encode()) > room:
            yield part if first else f" {part}"
            first, room, part = False, _LINE_BYTES - 1, ""
        part += character
    yield part if first else f" {part}"
