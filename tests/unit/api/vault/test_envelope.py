"""Sealing, wrapping and the key ring."""

import secrets
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.vault import personal_data
from api.vault.envelope import (
    KEY_BYTES,
    Vault,
    VaultError,
    Wrapped,
    add_version,
    new_key,
    retire_all_but,
    seal,
    unseal,
)
from api.vault.personal_data import Contact, Personal

KEY = bytes(range(32))


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    path = tmp_path / "master.key"
    path.write_bytes(secrets.token_bytes(KEY_BYTES))
    return path


@given(plain=st.binary(max_size=300), owner=st.binary(max_size=40))
def test_what_is_sealed_opens_for_its_owner_alone(plain: bytes, owner: bytes) -> None:
    sealed = seal(KEY, plain, owner)
    assert unseal(KEY, sealed, owner) == plain
    assert sealed != seal(KEY, plain, owner)
    with pytest.raises(VaultError):
        unseal(KEY, sealed, owner + b"x")
    with pytest.raises(VaultError):
        unseal(bytes(32), sealed, owner)


@given(at=st.integers(min_value=0, max_value=40))
def test_a_changed_bit_is_noticed(at: int) -> None:
    sealed = bytearray(seal(KEY, b"thirteen char", b"me"))
    sealed[at % len(sealed)] ^= 1
    with pytest.raises(VaultError):
        unseal(KEY, bytes(sealed), b"me")


@pytest.mark.parametrize("size", [0, 1, 31, 33])
def test_a_ring_of_broken_keys_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(bytes(size))
    with pytest.raises(VaultError):
        Vault(path)


def test_older_versions_open_until_they_are_retired(ring: Path) -> None:
    vault = Vault(ring)
    key = new_key()
    old = vault.wrap(key, b"p")
    add_version(ring, secrets.token_bytes(KEY_BYTES))
    newer = Vault(ring)
    assert newer.unwrap(old, b"p") == key
    fresh = newer.wrap(key, b"p")
    assert (old.version, fresh.version) == (1, 2)
    assert vault.unwrap(fresh, b"p") == key, "a running program reads the ring again"
    retire_all_but(ring, 1)
    with pytest.raises(VaultError):
        Vault(ring).unwrap(old, b"p")
    with pytest.raises(VaultError):
        Vault(ring).unwrap(Wrapped(version=9, data=fresh.data), b"p")
    assert ring.stat().st_mode & 0o777 == 0o600


def test_a_record_opens_with_its_own_key_and_not_once_it_is_gone(ring: Path) -> None:
    vault = Vault(ring)
    patient = uuid4()
    key, wrapped = personal_data.new_patient_key(vault, patient)
    personal = Personal(
        name="Ada",
        birth_date=date(1950, 12, 10),
        emergency_contact=Contact(name="B", phone="1", relation="sister"),
    )
    row = {
        "id": patient,
        "master_version": wrapped.version,
        "wrapped": wrapped.data,
        "sealed": personal_data.seal_personal(key, patient, personal),
    }
    assert personal_data.open_personal(vault, row) == personal
    assert personal_data.open_personal(vault, row | {"wrapped": None}) is None
    with pytest.raises(VaultError):
        personal_data.open_personal(vault, row | {"id": uuid4()})


def test_the_ring_is_changed_in_place_for_who_has_the_file_mounted(tmp_path: Path) -> None:
    ring, mounted = tmp_path / "master.key", tmp_path / "mounted"
    ring.write_bytes(b"1" * KEY_BYTES)
    mounted.hardlink_to(ring)
    add_version(ring, b"2" * KEY_BYTES)
    add_version(ring, b"3" * KEY_BYTES)
    assert Vault(mounted).version == 3
    retire_all_but(ring, 2)
    assert mounted.read_bytes() == bytes(KEY_BYTES) + b"2" * KEY_BYTES + b"3" * KEY_BYTES
