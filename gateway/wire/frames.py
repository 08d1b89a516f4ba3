"""Frames: signed once by the sender, optionally sealed for an untrusted broker.

NaCl's low-level bindings are used because they release the GIL around libsodium and take raw
bytes: the gateway verifies in threads, beside decoding. Opening is separate from decoding, and a
sealed frame is opened before its signature is checked (20 times cheaper to refuse).

Keys are raw bytes: Ed25519 seed 32, public 32; X25519 private 32, public 32; a box key (the
precomputed shared key of one device and the gateway) 32.
"""

from enum import IntEnum

from nacl.bindings import (
    crypto_box_afternm,
    crypto_box_beforenm,
    crypto_box_open_afternm,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import CryptoError

from gateway.wire.refusals import Refusal

MAX_FRAME_BYTES = 65_536
NONCE_BYTES = 24
SIGNATURE_BYTES = 64
_TAG_BYTES = 16


class FrameKind(IntEnum):
    """The first byte of a frame."""

    SIGNED = 1
    SEALED = 2


def frame_kind(frame: bytes) -> FrameKind | Refusal:
    """Which kind a frame claims to be: ``oversized`` over 65,536 bytes, else ``malformed``."""
    if len(frame) > MAX_FRAME_BYTES:
        return Refusal.OVERSIZED
    if len(frame) > SIGNATURE_BYTES and frame[0] == FrameKind.SIGNED:
        return FrameKind.SIGNED
    if len(frame) > NONCE_BYTES + _TAG_BYTES and frame[0] == FrameKind.SEALED:
        return FrameKind.SEALED
    return Refusal.MALFORMED


def signing_keys(seed: bytes) -> tuple[bytes, bytes]:
    """The (public key of 32 bytes, secret key of 64 bytes) of a 32-byte Ed25519 seed."""
    return crypto_sign_seed_keypair(seed)


def make_signed(message: bytes, secret_key: bytes) -> bytes:
    """A signed frame of a message, with the 64-byte secret key of ``signing_keys``."""
    return b"\x01" + crypto_sign(message, secret_key)


def open_signed(frame: bytes, public_key: bytes) -> bytes | Refusal:
    """The message of a signed frame if the signature holds, else ``bad_signature``.

    Takes about 66 us, without the GIL. ``frame_kind`` must have said ``SIGNED``.
    """
    try:
        return crypto_sign_open(frame[1:], public_key)
    except (CryptoError, ValueError):
        return Refusal.BAD_SIGNATURE


def unverified_message(frame: bytes) -> bytes:
    """The message inside a signed frame, not verified: to find out whose key to try."""
    return frame[1 + SIGNATURE_BYTES :]


def box_key(public_key: bytes, private_key: bytes) -> bytes:
    """The shared key of an X25519 pair: compute once for each device and gateway key.

    Raises:
        nacl.exceptions.CryptoError: the public key is a point of small order.
        ValueError: a key is not 32 bytes.
    """
    return crypto_box_beforenm(public_key, private_key)


def make_sealed(signed_frame: bytes, nonce: bytes, key: bytes) -> bytes:
    """A sealed frame around a whole signed frame; ``nonce`` (24 bytes) must never be used again."""
    return b"\x02" + nonce + crypto_box_afternm(signed_frame, nonce, key)


def open_sealed(frame: bytes, key: bytes) -> bytes | Refusal:
    """The signed frame inside a sealed one, else ``unsealable``; about 3 us.

    ``frame_kind`` must have said ``SEALED``; what comes out has been checked to claim ``SIGNED``.
    """
    nonce, sealed = frame[1 : 1 + NONCE_BYTES], frame[1 + NONCE_BYTES :]
    try:
        inner = crypto_box_open_afternm(sealed, nonce, key)
    except (CryptoError, ValueError):
        return Refusal.UNSEALABLE
    return inner if frame_kind(inner) is FrameKind.SIGNED else Refusal.MALFORMED
