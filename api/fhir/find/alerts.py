"""Alerts of patients as Flags, their reasons as DetectedIssues; the record of accesses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from api.errors import InvalidError
from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.resources.alerts import detected_issue_of, flag_of
from api.fhir.resources.audit_events import audit_event_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.store import alert_list, alerts, audit, fhir, patients
from api.store.aging import aged_message
from api.store.types import Row

_STATES = {"active": ("open", "acknowledged"), "inactive": ("resolved", "expired")}


async def flag(work: UnitOfWork, key: str) -> Resource | None:
    """Read one alert of a patient."""
    row = await alerts.find(work.conn, identity(key, "_id"))
    if row is None or row["patient"] is None:
        return None
    work.note("alert.read", row["patient_no"], alert=key, by="fhir")
    return _flag(work, row)


def _flag(work: UnitOfWork, row: Row) -> Resource:
    seen = [row["raised_at"], row["measured_at"], row["acknowledged_at"], row["closed_at"]]
    changed = max(at for at in seen if at is not None)
    return flag_of(row | {"message": aged_message(row, work.civil_now), "changed_at": changed})


async def search_flags(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Alerts of patients, the most endangered first; by ``patient`` and ``status``."""
    rows, following = await _alerts(work, search, search.any_of("status"))
    return ResourcePage(resources=[_flag(work, row) for row in rows], following=following)


async def _alerts(
    work: UnitOfWork, search: FhirSearch, statuses: list[str]
) -> tuple[list[Row], str | None]:
    for one in statuses:
        if one not in _STATES:
            raise InvalidError("status", f"must be one of {', '.join(_STATES)}")
    states = [state for one in statuses or _STATES for state in _STATES[one]]
    after: Any = read_cursor(search.cursor, int, float, datetime, UUID)
    rows = await alert_list.page(
        work.conn,
        alert_list.Wanted(states=states, patient=search.patient()),
        now=work.now,
        limit=search.count + 1,
        after=after,
    )
    shown, following = cut(rows, search.count, alert_list.key_of)
    seen = (no for row in shown if (no := row["patient_no"]) is not None)
    work.saw("alerts.list", seen, by="fhir")
    return [row for row in shown if row["patient"] is not None], following


async def issue(work: UnitOfWork, key: str) -> Resource | None:
    """Read one reason of an alert."""
    alert_id = await fhir.alert_of_reason(work.conn, identity(key, "_id"))
    row = await alerts.find(work.conn, alert_id) if alert_id else None
    if row is None:
        return None
    work.note("alert.read", row["patient_no"], alert=str(alert_id), by="fhir")
    return next((one for one in _issues(row) if one["id"] == key), None)


def _issues(row: Row) -> list[Resource]:
    times = ("started_at", "measured_at")
    return [
        detected_issue_of(
            reason
            | {"patient": row["patient"]}
            | {name: datetime.fromisoformat(reason[name]) for name in times}
        )
        for reason in row["reasons"] or ()
    ]


async def search_issues(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """The reasons of one patient's alerts, alert by alert; ``_count`` counts alerts."""
    if search.patient() is None:
        raise InvalidError("patient", "is needed")
    rows, following = await _alerts(work, search, [])
    return ResourcePage(
        resources=[one for row in rows for one in _issues(row)], following=following
    )


async def audit_event(work: UnitOfWork, key: str) -> Resource | None:
    """Read one access of the record."""
    if not key.isdigit() or int(key) >= 2**63:
        return None
    row = await fhir.audit_event(work.conn, int(key))
    work.note("audit.read", row["patient_no"] if row else None, by="fhir")
    return audit_event_of(row) if row else None


async def search_audit_events(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Accesses from the newest down; of one patient if asked."""
    patient_id = search.patient()
    no = await patients.number(work.conn, patient_id) if patient_id else None
    if patient_id is not None and no is None:
        return NOTHING
    key = read_cursor(search.cursor, int)
    before = int(str(key[0])) if key else None
    rows = await audit.newest(work.conn, before, search.count + 1, audit.AuditRows(patient_no=no))
    shown, following = cut(rows, search.count, lambda row: [row["id"]])
    named = (one for row in shown if (one := row["patient_number"]) is not None)
    work.saw("audit.read", named if no is None else [no], by="fhir")
    return ResourcePage(resources=[audit_event_of(row) for row in shown], following=following)
