"""Proof of one reading: a frame's signature and its key, and that frame or person gives it.

All is checked here and now, from what is stored; nothing is taken from an earlier verdict. The
key bindings are those of NaCl, as in the gateway, whose code the API does not share. Times that
devices tell and the gateway keeps are whole milliseconds; a key's are finer, and count so too.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

from analytics.domain.vitals import Metric, Quality

_SIGNED = b"\x01"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MILLISECOND = timedelta(milliseconds=1)
_TOLERANCE = 1e-9
_OVERLAP = timedelta(days=7)
_BY_PERSON = (Quality.MANUAL, Quality.QUESTIONABLE)
Row = Mapping[str, Any]


def signed_message(frame: bytes, public_key: bytes) -> bytes | None:
    """Return the message of a signed frame if the key's signature over it holds, else None."""
    if frame[:1] != _SIGNED:
        return None
    try:
        return crypto_sign_open(frame[1:], public_key)
    except (CryptoError, ValueError):
        return None


def key_counted(frame: Row) -> bool:
    """Whether the key that a frame names was its device's, and in force when the frame came.

    From the first frame stored under a newer key, the older one counts for lower numbers only,
    and for seven days.
    """
    at = frame["time"]
    if frame["key_device_no"] != frame["device_no"] or at < _floor(frame["enrolled_at"]):
        return False
    if frame["revoked_at"] is not None and at >= _floor(frame["revoked_at"]):
        return False
    ended, boot, seq = (frame[f"superseded_{what}"] for what in ("at", "boot", "seq"))
    if ended is None or boot is None or seq is None or at <= ended:
        return True
    return (frame["boot"], frame["seq"]) < (boot, seq) and at - ended <= _OVERLAP


def says(message: bytes, frame: Row, row: Row) -> bool:
    """Whether a frame gives this value at this time.

    The message is the device's, under the number that the frame's row says; it holds the value at
    the device's time; and that, by the clock's offset, is the reading's time.
    """
    told = row["device_time"]
    if told is None or row["received"] != frame["time"]:
        return False
    if (row["time"] - told) // _MICROSECOND != (frame["offset_ms"] or 0) * 1000:
        return False
    decoded = _decoded(message)
    said = (decoded.get("device"), decoded.get("boot"), decoded.get("seq"))
    if said != (frame["device"], frame["boot"], frame["seq"]):
        return False
    return row["device_no"] == frame["device_no"] and _gives(decoded, row, told)


def entered(entry: Row, row: Row) -> bool:
    """Whether a person's entry gives this value at this time, under their name."""
    if row["entered_by"] != entry["entered_by"] or row["quality"] not in _BY_PERSON:
        return False
    if row["received"] != _floor(entry["entered_at"]):
        return False
    payload = entry["payload"]
    return isinstance(payload, dict) and _gives(payload, row, row["time"])


def _decoded(message: bytes) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(message)
    except msgspec.DecodeError:
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _gives(message: dict[str, Any], row: Row, at: datetime) -> bool:
    """Whether one of the samples holds the reading's value at this time."""
    samples = message.get("samples")
    name = Metric(row["metric"]).wire_name
    return isinstance(samples, list) and any(
        isinstance(one, dict)
        and _is_value(one.get(name), row["value"])
        and _instant(one.get("t")) == _instant(at)
        for one in samples
    )


def _is_value(told: object, value: float) -> bool:
    return isinstance(told, int | float) and abs(told - value) <= _TOLERANCE


def _instant(told: object) -> int | None:
    """A time as milliseconds since 1970, as devices tell it, or RFC 3339; None: it is none."""
    if isinstance(told, str):
        try:
            told = datetime.fromisoformat(told)
        except ValueError:
            return None
    if isinstance(told, datetime):
        if told.tzinfo is None:
            return None
        return round((told - _EPOCH) / _MILLISECOND)
    return told if isinstance(told, int) else None


def _floor(at: datetime) -> datetime:
    """The millisecond in which something happened, as the gateway counts it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
