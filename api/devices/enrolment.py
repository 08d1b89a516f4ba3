"""The proof that an enrolling device holds the private half of its key, and the answer it gets.

The five lines that the proof signs are those of ``docs/device-protocol.md``; the wire package of
the gateway carries its own copy, since the two programs meet only in the database, and a test
holds them against each other.
"""

import base64
import binascii
import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_scalarmult, crypto_sign_open
from nacl.exceptions import CryptoError

from api.devices.topics import topics_of
from api.errors import InvalidError

_TITLE = "homeward-enrol/1"
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_ANY_SCALAR = bytes([8]) + bytes(30) + bytes([64])


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An enrolment as it was sent; keys and proof in standard base64, ``csr`` in PEM."""

    token: str
    public_key: str
    proof: str
    box_public_key: str | None = None
    csr: str | None = None

    def digest(self) -> bytes:
        """Return what tells whether two requests ask for the same thing."""
        parts = (self.public_key, self.box_public_key or "", self.csr or "")
        return hashlib.sha256("\n".join(parts).encode()).digest()

    def signed_text(self) -> bytes:
        """Return the five lines that the proof signs."""
        csr_hash = hashlib.sha256(self.csr.encode()).hexdigest() if self.csr else ""
        lines = (_TITLE, self.token, self.public_key, self.box_public_key or "", csr_hash)
        return "\n".join(lines).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentKeys:
    """The keys of a request whose proof holds, as raw bytes."""

    sign: bytes
    box: bytes | None


def decode_key(field: str, text: str, size: int) -> bytes:
    """Return the bytes of a base64 field.

    Raises:
        InvalidError: not standard base64, or not ``size`` bytes.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidError(field, "is not standard base64") from error
    if len(raw) != size:
        raise InvalidError(field, f"must be {size} bytes")
    return raw


def _agrees(box: bytes) -> bool:
    """Whether a key agreement with this X25519 key gives a secret (RFC 7748, section 6.1).

    With a point of low order it gives zeros whatever the other key is: what is sealed for such a
    key, anybody can open.
    """
    try:
        crypto_scalarmult(_ANY_SCALAR, box)
    except (CryptoError, RuntimeError):
        return False
    return True


def proved_keys(request: Request) -> EnrolmentKeys:
    """Return the keys if the proof holds.

    Raises:
        InvalidError: a key is not one, or the proof is not the new key's signature.
    """
    sign = decode_key("public_key", request.public_key, _KEY_BYTES)
    if not crypto_core_ed25519_is_valid_point(sign):
        raise InvalidError("public_key", "is no Ed25519 public key")
    box = None
    if request.box_public_key:
        box = decode_key("box_public_key", request.box_public_key, _KEY_BYTES)
    if box is not None and not _agrees(box):
        raise InvalidError("box_public_key", "is no X25519 public key, or one of low order")
    proof = decode_key("proof", request.proof, _SIGNATURE_BYTES)
    try:
        crypto_sign_open(proof + request.signed_text(), sign)
    except (CryptoError, ValueError) as error:
        raise InvalidError("proof", "is not the new key's signature over the request") from error
    return EnrolmentKeys(sign=sign, box=box)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceBroker:
    """Where the broker is, as devices reach it, and whom to trust there (PEM or None)."""

    host: str
    port: int
    ca_pem: str | None


def answer(
    device_id: str,
    bucket: int,
    broker: DeviceBroker,
    certificate_pem: str | None,
    gateway_keys: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the answer 201 to an enrolment, as docs/device-protocol.md shows it.

    Args:
        device_id: the device's name on the wire.
        bucket: its patient's bucket, 0 to 255.
        broker: where the broker is.
        certificate_pem: the signed client certificate, None without a request.
        gateway_keys: rows with ``sign_public`` and ``box_public``, newest first; the answer names
            the signing keys oldest first, as ``trust`` adds to them.
    """
    return {
        "device": device_id,
        "bucket": f"{bucket:02x}",
        "topics": topics_of(bucket, device_id),
        "mqtt": {**asdict(broker), "client_certificate_pem": certificate_pem},
        "gateway": {
            "sign_public_keys": [_base64(one["sign_public"]) for one in reversed(gateway_keys)],
            "box_public_key": _base64(gateway_keys[0]["box_public"]),
        },
    }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
