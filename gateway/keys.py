"""The gateway's own keys: one signs acknowledgements and commands, one opens sealed frames."""

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
        """Read both key files.

        Raises:
            KeyFileError: one is missing or does not hold 32 bytes.
        """
        public, secret = wire.signing_keys(_read(sign_file))
        private = _read(box_file)
        return cls(
            sign_public=public,
            sign_secret=secret,
            box_public=crypto_scalarmult_base(private),
            box_private=private,
        )

    def signed(self, message: wire.GatewayMessage) -> bytes:
        """A frame of a message, signed by the gateway."""
        return wire.make_signed(wire.encode(message), self.sign_secret)


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error
    if len(content) != KEY_BYTES:
        raise KeyFileError(f"{path}: holds {len(content)} bytes, not {KEY_BYTES}")
    return content
