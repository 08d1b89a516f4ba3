"""The vault: personal data at rest, sealed so that a person can be forgotten.

Every patient has a data key of their own; what is personal is sealed with it (AES-256-GCM). Data
keys are stored wrapped by a versioned master key that never enters the database. Destroying the
wrapped data key makes the person's data unreadable everywhere, also in what the audit log refers
to; rotating the master key only wraps the small keys again.

What is sealed is bound to whose it is (associated data), so rows cannot be swapped.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_RETIRED = bytes(KEY_BYTES)


class VaultError(Exception):
    """A sealed thing does not open: wrong key, changed bytes, or somebody else's."""


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Return nonce and ciphertext of ``plain`` under a 32-byte key, bound to an owner."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Return what ``seal`` was given.

    Raises:
        VaultError: it was changed, or sealed with another key or for another owner.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise VaultError("sealed data does not open") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A data key as it is stored: which master version wrapped it, and the bytes."""

    version: int
    data: bytes


class Vault:
    """Wraps and unwraps data keys with the versions of the master key.

    The key ring file holds 32 bytes for each version, version 1 first; the last is current, and a
    retired one is all zeros. The file is read again when a newer version is met, so a rotation
    needs no restart.
    """

    def __init__(self, key_file: Path) -> None:
        """Read the key ring.

        Raises:
            VaultError: the file does not hold whole keys.
        """
        self._file = key_file
        self._ring = read_ring(key_file)

    @property
    def version(self) -> int:
        """The current version of the master key."""
        return len(self._ring)

    def _master(self, version: int) -> bytes:
        if version > len(self._ring):
            self._ring = read_ring(self._file)
        if not 1 <= version <= len(self._ring) or self._ring[version - 1] == _RETIRED:
            raise VaultError(f"version {version} of the master key is not in the ring")
        return self._ring[version - 1]

    def wrap(self, key: bytes, bound_to: bytes) -> Wrapped:
        """Wrap a data key with the current master key, as the file holds it at this moment."""
        self._ring = read_ring(self._file)
        version = self.version
        return Wrapped(version=version, data=seal(self._master(version), key, bound_to))

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Return the data key.

        Raises:
            VaultError: its master version is retired or unknown, or it was changed.
        """
        return unseal(self._master(wrapped.version), wrapped.data, bound_to)


def new_key() -> bytes:
    """Return a fresh key of 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def read_ring(key_file: Path) -> list[bytes]:
    """Return the versions of the master key, oldest first.

    Raises:
        VaultError: the file is empty or does not hold whole keys.
    """
    raw = key_file.read_bytes()
    if not raw or len(raw) % KEY_BYTES:
        raise VaultError("the master key file must hold 32 bytes for each version")
    return [raw[at : at + KEY_BYTES] for at in range(0, len(raw), KEY_BYTES)]


def add_version(key_file: Path, key: bytes) -> None:
    """Add a version to the ring, in place: a container that has the file mounted sees it too."""
    _write(key_file, "ab", key)


def retire_all_but(key_file: Path, kept: int) -> None:
    """Overwrite with zeros, in place, all versions but the last ``kept``."""
    _write(key_file, "r+b", _RETIRED * max(len(read_ring(key_file)) - kept, 0))


def _write(key_file: Path, mode: Literal["ab", "r+b"], content: bytes) -> None:
    with key_file.open(mode) as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
