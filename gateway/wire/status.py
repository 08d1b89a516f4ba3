"""The ``status`` topic: an unsigned, advisory word, retained and left as the Last Will."""

import msgspec
from msgspec import Struct

from gateway.wire.refusals import Refusal


class _Status(Struct):
    online: bool


def encode_status(*, online: bool) -> bytes:
    """The content of the ``status`` topic."""
    return b'{"online":true}' if online else b'{"online":false}'


def decode_status(raw: bytes) -> bool | Refusal:
    """Whether the device says it is online, or ``malformed``."""
    try:
        return msgspec.json.decode(raw, type=_Status).online
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Refusal.MALFORMED
