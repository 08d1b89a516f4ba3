"""Proof of one reading: the signature over the frame's bytes, and that the frame says it.

Both are checked here and now, from what is stored; nothing is taken from an earlier verdict. The
key bindings are those of NaCl, as in the gateway, whose code the API does not share.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

_SIGNED = b"\x01"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOLERANCE = 1e-9


def signed_message(frame: bytes, public_key: bytes) -> bytes | None:
    """Return the message of a signed frame if the key's signature over it holds, else None."""
    if frame[:1] != _SIGNED:
        return None
    try:
        return crypto_sign_open(frame[1:], public_key)
    except (CryptoError, ValueError):
        return None


def says(message: bytes, metric: str, value: float, device_time: datetime | None) -> bool:
    """Whether a message holds this value of the metric, at the device's time if that is known."""
    try:
        decoded = msgspec.json.decode(message)
    except msgspec.DecodeError:
        return False
    samples = decoded.get("samples") if isinstance(decoded, dict) else None
    return any(_is_reading(one, metric, value, device_time) for one in samples or [])


def _is_reading(
    sample: dict[str, Any], metric: str, value: float, device_time: datetime | None
) -> bool:
    told = sample.get(metric)
    if not isinstance(told, int | float) or abs(told - value) > _TOLERANCE:
        return False
    if device_time is None:
        return True
    return int(sample.get("t", -1)) == (device_time - _EPOCH) // timedelta(milliseconds=1)
