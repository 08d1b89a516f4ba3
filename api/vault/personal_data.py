"""Personal data of a patient, sealed and opened; and the vault's keys in the database.

Only this module turns rows into names. A person who was erased has no key left: what was sealed
stays closed, and reads as None.
"""

import hashlib
import hmac
from datetime import date
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.store import keys
from api.store.types import Conn, Row
from api.vault.envelope import KEY_BYTES, Vault, Wrapped, new_key, seal, unseal
from api.vault.private_text import PatientText

SYSTEM_KEY = "system"
_SYSTEM_BOND = b"vault-key:system"


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom to call besides the patient."""

    name: str = ""
    phone: str = ""
    relation: str = ""


class Personal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The personal part of a patient's record."""

    name: str
    birth_date: date | None = None
    phone: str | None = None
    emergency_contact: str | Contact | None = None
    external_id: str | None = None
    simulated: bool = False


def _key_bond(patient_id: UUID) -> bytes:
    return b"patient-key:" + patient_id.bytes


def _record_bond(patient_id: UUID) -> bytes:
    return b"patient:" + patient_id.bytes


def new_patient_key(vault: Vault, patient_id: UUID) -> tuple[bytes, Wrapped]:
    """Return a fresh data key for a patient, bare and wrapped."""
    key = new_key()
    return key, vault.wrap(key, _key_bond(patient_id))


def patient_key(vault: Vault, row: Row) -> bytes | None:
    """Return the data key of a row with ``id``, ``master_version``, ``wrapped``; None if erased."""
    if row["wrapped"] is None:
        return None
    wrapped = Wrapped(version=row["master_version"], data=row["wrapped"])
    return vault.unwrap(wrapped, _key_bond(row["id"]))


def text_of(vault: Vault, row: Row) -> PatientText:
    """Return what seals and opens free text about the patient of a row with the key's columns."""
    return PatientText(patient_id=row["id"], key=patient_key(vault, row))


def seal_personal(key: bytes, patient_id: UUID, personal: Personal) -> bytes:
    """Seal the personal part with the patient's data key."""
    return seal(key, msgspec.json.encode(personal), _record_bond(patient_id))


def open_personal(vault: Vault, row: Row) -> Personal | None:
    """Return the personal part of a row with ``sealed`` and the key's columns; None if erased.

    Raises:
        VaultError: what is stored does not open with the key that it should.
    """
    key = patient_key(vault, row)
    if key is None:
        return None
    plain = unseal(key, row["sealed"], _record_bond(row["id"]))
    return msgspec.json.decode(plain, type=Personal)


def _reason_bond(patient_id: UUID) -> bytes:
    return b"reading-mark:" + patient_id.bytes


def seal_reason(key: bytes, patient_id: UUID, reason: str) -> bytes:
    """Seal why a reading was marked: free text about a person, with the patient's data key."""
    return seal(key, reason.encode(), _reason_bond(patient_id))


def open_reason(key: bytes | None, patient_id: UUID, sealed: bytes) -> str | None:
    """Return what ``seal_reason`` was given; None if the person was erased."""
    return None if key is None else unseal(key, sealed, _reason_bond(patient_id)).decode()


def _reasons_bond(patient_id: UUID) -> bytes:
    return b"patient-reasons:" + patient_id.bytes


def seal_reasons(key: bytes, patient_id: UUID, reasons: dict[str, str]) -> bytes:
    """Seal why a patient's own limits were set, by metric, with the patient's data key."""
    return seal(key, msgspec.json.encode(reasons), _reasons_bond(patient_id))


def open_reasons(key: bytes | None, patient_id: UUID, sealed: bytes | None) -> dict[str, str]:
    """Return why a patient's own limits were set, by metric; nothing once erased."""
    if key is None or sealed is None:
        return {}
    return msgspec.json.decode(unseal(key, sealed, _reasons_bond(patient_id)), type=dict[str, str])


def rewrapped(vault: Vault, row: Row) -> Wrapped:
    """Return a patient's data key wrapped with the current master key."""
    wrapped = Wrapped(version=row["master_version"], data=row["wrapped"])
    return vault.wrap(vault.unwrap(wrapped, _key_bond(row["id"])), _key_bond(row["id"]))


async def rewrap_system_key(conn: Conn, vault: Vault) -> int:
    """Wrap the vault's own key with the current master key; how many keys that were."""
    row = await keys.vault_key(conn, SYSTEM_KEY)
    if row is None:
        return 0
    wrapped = Wrapped(version=row["master_version"], data=row["wrapped"])
    fresh = vault.wrap(vault.unwrap(wrapped, _SYSTEM_BOND), _SYSTEM_BOND)
    await keys.put_vault_key(conn, SYSTEM_KEY, fresh.version, fresh.data)
    return 1


async def system_key(conn: Conn, vault: Vault, purpose: str) -> bytes:
    """Return the vault's key for one purpose (``totp``, ``external-id``), made at first use."""
    row = await keys.vault_key(conn, SYSTEM_KEY)
    if row is None:
        fresh = vault.wrap(new_key(), _SYSTEM_BOND)
        row = await keys.add_vault_key(conn, SYSTEM_KEY, fresh.version, fresh.data)
    root = vault.unwrap(Wrapped(version=row["master_version"], data=row["wrapped"]), _SYSTEM_BOND)
    derive = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
    return derive.derive(root)


async def serial_mark(conn: Conn, vault: Vault, serial: str | None) -> int | None:
    """Return the number by which a device's serial is compared without being readable.

    Case and blanks do not tell two serials apart: people copy them from labels.
    """
    plain = "".join((serial or "").split()).casefold()
    if not plain:
        return None
    key = await system_key(conn, vault, "device-serial")
    digest = hmac.new(key, plain.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8]) >> 2


async def external_hash(conn: Conn, vault: Vault, external_id: str | None) -> bytes | None:
    """Return the keyed hash by which an external id is found without being readable."""
    if not external_id:
        return None
    key = await system_key(conn, vault, "external-id")
    return hmac.new(key, external_id.strip().encode(), hashlib.sha256).digest()
