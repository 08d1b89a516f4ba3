"""Care plan of one patient: limits, delays and ages; checked, confirmed, with who and why.

A limit of which a slip is likelier than a decision is taken only if the caller says that it is
meant, why, and until when; then it is the ward's again by itself. Each own limit keeps who set it,
whatever else is changed later. Why is free text about a person: it is sealed with their key.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from analytics import settings
from analytics.domain.care import Role
from analytics.settings.bounds import CONFIRMED_DAYS
from analytics.settings.in_force import Arrangement, StoredPlan
from analytics.settings.personal_limits import (
    InForce,
    LimitsInForce,
    check_limits,
    in_force,
    standing,
)
from api.errors import ConflictError, DoubtfulError, InvalidError
from api.forms.limits import LimitForm, SaidOfLimits
from api.http.deps import UnitOfWork
from api.patients.ward_policy import WardPolicies
from api.store import accounts, patients, wards
from api.store.timestamps import ms_of, rfc3339
from api.store.types import Row
from api.vault import personal_data

_SIDES = ("low", "high")
OWN = "settings"
"""Under which name the reason of a patient's own profile and delays is kept, beside the limits'."""


class Taken(NamedTuple):
    """What is to be stored, and why, by metric, of those for which a reason was given."""

    limits: dict[str, Any]
    reasons: dict[str, str]


def stored_plan(row: Row, **changed: object) -> StoredPlan:
    """Return the care plan of a record's row, with what is about to be changed of it."""
    told = {**row, **changed}
    return StoredPlan(
        told["plan_revision"],
        told["spo2_scale"] or 1,
        told["limits"] or {},
        told["scoring"],
        told["profile"],
        told["settings"] or {},
    )


async def standing_of(work: UnitOfWork, row: Row, **changed: object) -> LimitsInForce:
    """Return what a patient is judged by now."""
    rules = WardPolicies().rules(await wards.settings(work.conn, row["ward"]))
    return standing(Arrangement(stored_plan(row, **changed), rules), ms_of(work.now))


async def limits_in_force(work: UnitOfWork, row: Row) -> dict[str, Any]:
    """Return the limits that hold now, by metric: whose they are, until when, who set them, why."""
    now = await standing_of(work, row)
    own = row["limits"] or {}
    why = {} if work.caller.role is Role.PATIENT else _reasons(work, row)
    names = await accounts.names(work.conn, [_uuid(one.get("by")) for one in own.values()])
    return {
        one.metric.wire_name: _told(one, own.get(one.metric.wire_name, {}), names)
        | {"reason": why.get(one.metric.wire_name) if "patient" in one.origin else None}
        for one in in_force(now)
    }


def _told(one: InForce, own: Mapping[str, Any], names: Mapping[UUID, str]) -> dict[str, Any]:
    mine = own if "patient" in one.origin else {}
    return {
        "low": one.limit.low,
        "high": one.limit.high,
        "origin": dict(zip(_SIDES, one.origin, strict=True)),
        "critical": {"low": one.critical.low, "high": one.critical.high},
        "until": mine.get("until"),
        "set_by": mine.get("by"),
        "set_by_name": names.get(_uuid(mine.get("by")) or UUID(int=0)),
        "set_at": mine.get("at"),
    }


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _reasons(work: UnitOfWork, row: Row) -> dict[str, str]:
    key = personal_data.patient_key(work.services.vault, row)
    return personal_data.open_reasons(key, row["id"], row["reasons"])


async def change(work: UnitOfWork, row: Row, body: SaidOfLimits) -> None:
    """Add a revision of the care plan with what a change says of it.

    Raises:
        InvalidError: a value that cannot be.
        DoubtfulError: one that must be meant, and nobody said so.
    """
    changes: dict[str, Any] = {}
    why = _reasons(work, row)
    if body.spo2_scale is not None:
        changes["spo2_scale"] = body.spo2_scale
    if body.limits is not None:
        now = await standing_of(work, row, limits={}, **changes)
        taken = taken_limits(body, row["limits"] or {}, now, work.caller.user_id, work.now)
        changes["limits"] = taken.limits
        kept = {*taken.limits, OWN}
        why = {name: one for name, one in {**why, **taken.reasons}.items() if name in kept}
        told = limit_changes(row["limits"] or {}, taken.limits)
        work.note("patient.limits", row["no"], changes=told)
    own = await _own_settings(work, row, body)
    if own:
        why = {name: one for name, one in why.items() if name != OWN}
        why |= {OWN: body.reason} if body.reason else {}
    changes |= own
    if changes:
        changes |= _sealed(work, row, why)
        await patients.change_care_plan(work.conn, row["no"], changes, work.now)


def _sealed(work: UnitOfWork, row: Row, why: dict[str, str]) -> dict[str, Any]:
    """Return the reasons in force, sealed; a limit that is gone leaves none behind."""
    key = personal_data.patient_key(work.services.vault, row)
    if key is None:
        if why:
            raise ConflictError("This person was erased.")
        return {}
    return {"reasons": _hex(personal_data.seal_reasons(key, row["id"], why))}


def _hex(data: bytes) -> str:
    """Bytes as a JSON text that PostgreSQL reads as ``bytea``."""
    return "\\x" + data.hex()


def taken_limits(
    body: SaidOfLimits, before: Mapping[str, Any], now: LimitsInForce, by: UUID, at: datetime
) -> Taken:
    """Return a patient's own limits as they are to be stored.

    What is sent back as it was read stays as it is, with who set it; it need not be confirmed.

    Raises:
        InvalidError: a value beyond a hard bound, or an end that does not lie ahead.
        DoubtfulError: a value beyond a soft bound without confirmation, reason and end.
    """
    said = body.limits or {}
    fresh = {name: form for name, form in said.items() if not _same(form, before.get(name))}
    found = check_limits({name: form.sides() for name, form in fresh.items()}, now)
    refused = [one for one in found if isinstance(one, settings.RefusedSetting)]
    if refused:
        raise InvalidError(*refused[0], *((one.field, one.why) for one in refused[1:]))
    doubts = [(one.field, one.why) for one in found]
    _demand_meant(doubts, fresh, body, at)
    kept = {name: before[name] for name in said if name not in fresh and _holds(before[name], at)}
    made = {name: _entry(form, body, by, at) for name, form in fresh.items()}
    reasons = {name: why for name, form in fresh.items() if (why := form.reason or body.reason)}
    return Taken({**kept, **made}, reasons)


def _demand_meant(
    doubts: list[tuple[str, str]],
    fresh: Mapping[str, LimitForm],
    body: SaidOfLimits,
    at: datetime,
) -> None:
    missing: dict[str, None] = {}
    doubted = {field.split(".")[1] for field, _ in doubts}
    for name, form in fresh.items():
        until = form.until or body.limits_until()
        if until is not None and until <= at:
            raise InvalidError(f"limits.{name}.until", "must lie ahead")
        if name not in doubted:
            continue
        if until is not None and until > at + timedelta(days=CONFIRMED_DAYS):
            raise InvalidError(f"limits.{name}.until", f"must lie within {CONFIRMED_DAYS} days")
        given = (form.confirm or body.confirm, form.reason or body.reason, until)
        for what, there in zip(('"confirm": true', '"reason"', '"until"'), given, strict=True):
            if not there:
                missing[what] = None
    if missing:
        raise DoubtfulError(doubts, list(missing))


def _same(form: LimitForm, stored: Mapping[str, Any] | None) -> bool:
    if stored is None:
        return False
    if form.sides() != {side: stored[side] for side in _SIDES if side in stored}:
        return False
    if "until" not in form.model_fields_set:
        return True
    return (rfc3339(form.until) if form.until else None) == stored.get("until")


def _holds(stored: Mapping[str, Any], at: datetime) -> bool:
    until = stored.get("until")
    return until is None or datetime.fromisoformat(until) > at


def _entry(form: LimitForm, body: SaidOfLimits, by: UUID, at: datetime) -> dict[str, Any]:
    until = form.until or body.limits_until()
    ends = {"until": rfc3339(until)} if until is not None else {}
    return {**form.sides(), **ends, "by": str(by), "at": rfc3339(at)}


def limit_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each side that changed with its old and new value; ``ward``: it is the ward's."""
    told = []
    for name in sorted({*before, *after}):
        for side in (*_SIDES, "until"):
            nothing = None if side == "until" else "ward"
            old = before.get(name, {}).get(side, nothing)
            new = after.get(name, {}).get(side, nothing)
            if old != new:
                told.append({"setting": f"limits.{name}.{side}", "old": old, "new": new})
    return told


async def _own_settings(work: UnitOfWork, row: Row, body: SaidOfLimits) -> dict[str, Any]:
    """Return the columns of the patient's own profile and delays that are to be changed."""
    changes: dict[str, Any] = {}
    fields = body.model_fields_set
    if "profile" in fields:
        if body.profile is not None and body.profile not in settings.PROFILES:
            raise InvalidError("profile", f"must be one of {', '.join(settings.PROFILES)}")
        changes["profile"] = body.profile
    if "settings" in fields:
        before = row["settings"] or {}
        changes["settings"] = taken_settings(body.settings, before)
        if changes["settings"] != before and not body.reason:
            raise InvalidError("reason", "is needed: why this patient is judged otherwise")
        told = setting_changes(before, changes["settings"])
        work.note("patient.settings", row["no"], changes=told)
    return changes


def taken_settings(said: Mapping[str, Any] | None, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a patient's own delays and ages by name; null takes one away, all of them likewise.

    Raises:
        InvalidError: no setting of a patient's own, or a value that is not taken.
    """
    if said is None:
        return {}
    given = settings.flattened(said)
    wanted = {path: value for path, value in given.items() if value is not None}
    gone = {path: None for path, value in given.items() if value is None}
    unknown = settings.check(dict.fromkeys(gone, 0), {}, patient=True)
    found = settings.check(wanted, settings.defaults("standard"), patient=True)
    refused = [one for one in found if isinstance(one, settings.RefusedSetting)]
    refused += [one for one in unknown if "no setting" in one.why]  # type: ignore[misc]
    if refused:
        first, *more = ((f"settings.{one.field}", one.why) for one in refused)
        raise InvalidError(*first, *more)
    return {path: value for path, value in {**before, **wanted}.items() if path not in gone}


def setting_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each setting that changed with its old and new value; null: it is the ward's."""
    return [
        {"setting": path, "old": before.get(path), "new": after.get(path)}
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]
