"""Topics of a device: its bucket and its addresses (docs/device-protocol.md).

The gateway carries the same few lines of its own: the two programs meet only in the database, and a
test holds them against each other.
"""

import hashlib
import secrets
from uuid import UUID

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_CHARS = 10
TOPICS = ("vitals", "status", "commands", "receipts", "acks")


def bucket_of(patient: UUID) -> int:
    """Return the patient's bucket (0 to 255): first byte of SHA-256 over the UUID's text."""
    return hashlib.sha256(str(patient).encode("ascii")).digest()[0]


def topics_of(bucket: int, device_id: str) -> dict[str, str]:
    """Return the device's topics by what they carry."""
    return {kind: f"homeward/v1/{bucket:02x}/{device_id}/{kind}" for kind in TOPICS}


def new_device_id() -> str:
    """Return a fresh device id, without letters that are mistaken for others."""
    return "w-" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_CHARS))
