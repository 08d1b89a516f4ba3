"""The gateway's own keys: one signs acknowledgements and commands, one opens sealed frames.

The signing key rotates. Its file holds 32 bytes for each version, oldest first, and zeros for one
that is retired; the oldest that is not retired signs, until every device trusts the next one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from nacl.bindings import crypto_scalarmult_base

from gateway import wire
from gateway.errors import KeyFileError

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayKeys:
    """Raw keys: Ed25519 public 32 and secret 64 bytes, X25519 public and private 32."""

    sign_public: bytes
    sign_secret: bytes
    box_public: bytes
    box_private: bytes

    @classmethod
    def load(cls, sign_file: Path, box_file: Path) -> "GatewayKeys":
        """Read both key files; the signing key is the oldest that is not zeros.

        Raises:
            KeyFileError: one is missing or does not hold what it should.
        """
        return load_ring(sign_file, box_file)[0]

    def signed(self, message: wire.GatewayMessage) -> bytes:
        """A frame of a message, signed by the gateway."""
        return wire.make_signed(wire.encode(message), self.sign_secret)


def load_ring(sign_file: Path, box_file: Path) -> list[GatewayKeys]:
    """Read every version of the signing key that is not zeros, oldest first, with the box key.

    Raises:
        KeyFileError: a file is missing or does not hold what it should.
    """
    seeds, private = _read(sign_file), _read(box_file)
    if len(private) != KEY_BYTES:
        raise KeyFileError(f"{box_file}: holds {len(private)} bytes, not {KEY_BYTES}")
    if len(seeds) % KEY_BYTES or not any(seeds):
        raise KeyFileError(f"{sign_file}: holds {len(seeds)} bytes, not {KEY_BYTES} for each key")
    versions = [seeds[at : at + KEY_BYTES] for at in range(0, len(seeds), KEY_BYTES)]
    return [_keys(seed, private) for seed in versions if any(seed)]


def signer(ring: Sequence[GatewayKeys], retired: Collection[bytes]) -> GatewayKeys:
    """The keys to sign with: the oldest not retired; the newest if all are."""
    return next((keys for keys in ring if keys.sign_public not in retired), ring[-1])


def _keys(seed: bytes, private: bytes) -> GatewayKeys:
    public, secret = wire.signing_keys(seed)
    return GatewayKeys(
        sign_public=public,
        sign_secret=secret,
        box_public=crypto_scalarmult_base(private),
        box_private=private,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
