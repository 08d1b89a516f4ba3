"""SQL of the registry: patients, devices, keys, care plans, models."""

from collections.abc import Iterable
from datetime import UTC, datetime

from psycopg import Connection

from analytics.domain.care import PatientState
from analytics.settings.in_force import StoredPlan, WardSettingsCache
from gateway.admission.registry import Device, DeviceKey, Patient, Registry
from gateway.store.connection import Row

_PATIENTS = """
    SELECT p.no, p.bucket, p.state, p.paused_until, p.ward, p.plan_revision, c.spo2_scale,
           c.limits, c.scoring, c.profile, c.settings
      FROM patient p LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
     WHERE p.rev > %s
"""
_SETTINGS = """
    SELECT DISTINCT ON (ward) ward, no, profile, settings FROM ward_settings
     WHERE rev > %s ORDER BY ward, revision DESC
"""
_PLANS = """
    SELECT c.patient_no, c.revision, c.spo2_scale, c.limits, c.scoring, c.profile, c.settings
      FROM unnest(%s::int[], %s::int[]) p(no, revision)
      JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.revision
"""
_SETTINGS_OF = """
    SELECT no, profile, settings FROM ward_settings WHERE no = ANY (%s)
"""
_DEVICES = """
    SELECT d.no, d.id, d.patient_no, d.state, d.bound_from, d.bound_to, p.erased_at IS NOT NULL
      FROM device d JOIN patient p ON p.no = d.patient_no WHERE d.rev > %s ORDER BY d.no
"""
_ERASED = "SELECT no FROM patient WHERE rev > %s AND erased_at IS NOT NULL"
_KEYS = """
    SELECT id, device_no, sign_public, box_public, superseded_at, superseded_boot,
           superseded_seq, revoked_at
      FROM device_key WHERE rev > %s ORDER BY id
"""


def to_ms(at: datetime | None) -> int | None:
    """Milliseconds since 1970 of a database time, exactly."""
    if at is None:
        return None
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def refresh(connection: Connection[Row], registry: Registry, revision: int) -> None:
    """Load everything above the registry's revision, up to ``revision`` as just read.

    The rows are read after the revision, so they may be newer; the next revision then brings
    them again, which changes nothing.
    """
    since = (registry.revision,)
    for ward, no, profile, values in connection.execute(_SETTINGS, since):
        registry.wards.put(ward, registry.wards.read(no, profile, values))
    patients = [_patient(row, registry.wards) for row in connection.execute(_PATIENTS, since)]
    devices = [_device(row) for row in connection.execute(_DEVICES, since)]
    keys = [_key(row) for row in connection.execute(_KEYS, since)]
    registry.erased.update(no for (no,) in connection.execute(_ERASED, since))
    registry.apply_rows(revision, patients, devices, keys)


def stored_plan(
    revision: int,
    scale: int | None,
    limits: object,
    scoring: object,
    *own: object,
) -> StoredPlan:
    """A care plan's row; a missing row is the default. ``own``: profile and settings."""
    profile, settings = own
    return StoredPlan(
        revision,
        scale or 1,
        limits if isinstance(limits, dict) else {},
        scoring,
        profile if isinstance(profile, str) else None,
        settings if isinstance(settings, dict) else {},
    )


def plans(
    connection: Connection[Row], wanted: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], StoredPlan]:
    """The care plans of (patient, revision)."""
    columns = [list(column) for column in zip(*wanted, strict=True)]
    rows = connection.execute(_PLANS, columns) if columns else ()
    return {(no, revision): stored_plan(revision, *rest) for no, revision, *rest in rows}


def ward_settings(
    connection: Connection[Row], numbers: Iterable[int]
) -> list[tuple[int, str, dict[str, float | None]]]:
    """The wards' settings of these numbers: their profile and values."""
    rows = connection.execute(_SETTINGS_OF, (list(numbers),))
    return [(no, profile, said) for no, profile, said in rows]


def _patient(row: Row, wards: WardSettingsCache) -> Patient:
    no, bucket, state, until, ward, *plan = row
    kind = PatientState(state)
    return Patient(no, f"{bucket:02x}", kind, to_ms(until), ward, stored_plan(*plan), wards)


def _device(row: Row) -> Device:
    no, name, patient_no, state, bound_from, bound_to, erased = row
    bounds = (to_ms(bound_from), to_ms(bound_to))
    return Device(no, name, patient_no, state == "revoked", *bounds, erased=erased)


def _key(row: Row) -> DeviceKey:
    id_, device_no, sign, box, superseded, boot, seq, revoked = row
    at = None if boot is None or seq is None else (boot, seq)
    return DeviceKey(
        id_, device_no, bytes(sign), box and bytes(box), to_ms(superseded), at, to_ms(revoked)
    )
