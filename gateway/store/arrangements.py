"""Who may be heard and what was arranged: patients, devices, keys, care plans, models."""

from datetime import UTC, datetime

from psycopg import Connection

from analytics.domain.care import CarePlan, Limit, PatientState, scoring_of
from analytics.domain.vitals import METRIC_BY_NAME, Metric
from analytics.limits import ward_limit
from analytics.policy import DEFAULT
from gateway.registry import Device, Key, Patient, Registry
from gateway.store.session import Row

_PATIENTS = """
    SELECT p.no, p.bucket, p.state, p.paused_until, p.plan_revision, c.spo2_scale, c.limits,
           c.scoring
      FROM patient p LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
     WHERE p.rev > %s
"""
_DEVICES = """
    SELECT no, id, patient_no, state, bound_from, bound_to FROM device WHERE rev > %s ORDER BY no
"""
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
    patients = [_patient(row) for row in connection.execute(_PATIENTS, since)]
    devices = [_device(row) for row in connection.execute(_DEVICES, since)]
    keys = [_key(row) for row in connection.execute(_KEYS, since)]
    registry.load(revision, patients, devices, keys)


def limits_of(stored: object, scale: int) -> dict[Metric, Limit]:
    """A person's limits from their JSON; unknown metrics are left out.

    Null is no limit on that side. A side that is not there is the ward's: who sets an upper limit
    of SpO2 alone must not take away the lower one.
    """
    if not isinstance(stored, dict):
        return {}
    return {
        METRIC_BY_NAME[name]: _limit(METRIC_BY_NAME[name], one, scale)
        for name, one in stored.items()
        if name in METRIC_BY_NAME and isinstance(one, dict)
    }


def _limit(metric: Metric, one: dict[str, float | None], scale: int) -> Limit:
    ward = ward_limit(DEFAULT, metric, scale)
    return Limit(low=one.get("low", ward.low), high=one.get("high", ward.high))


def _left_of(stored: object) -> dict[Metric, tuple[bool, bool]]:
    """Which sides of a person's limits were left to the ward, from their JSON."""
    if not isinstance(stored, dict):
        return {}
    found = {
        METRIC_BY_NAME[name]: ("low" not in one, "high" not in one)
        for name, one in stored.items()
        if name in METRIC_BY_NAME and isinstance(one, dict)
    }
    return {metric: sides for metric, sides in found.items() if any(sides)}


def plan_of(
    revision: int, scale: int | None, limits: object, scoring: object = None, *, paused: bool
) -> CarePlan:
    """A care plan from its row; a missing row is the ward's default."""
    scale = scale or 1
    return CarePlan(
        spo2_scale=scale,
        limits=limits_of(limits, scale),
        left=_left_of(limits),
        paused=paused,
        revision=revision,
        scoring=scoring_of(scoring),
    )


def _patient(row: Row) -> Patient:
    no, bucket, state, until, revision, scale, limits, scoring = row
    active, paused = (
        plan_of(revision, scale, limits, scoring, paused=flag) for flag in (False, True)
    )
    return Patient(no, f"{bucket:02x}", PatientState(state), to_ms(until), active, paused)


def _device(row: Row) -> Device:
    no, name, patient_no, state, bound_from, bound_to = row
    return Device(no, name, patient_no, state == "revoked", to_ms(bound_from), to_ms(bound_to))


def _key(row: Row) -> Key:
    id_, device_no, sign, box, superseded, boot, seq, revoked = row
    at = None if boot is None or seq is None else (boot, seq)
    return Key(
        id_, device_no, bytes(sign), box and bytes(box), to_ms(superseded), at, to_ms(revoked)
    )
