"""When doctors of the caller's ward can be met: who is busy is told, with whom is not."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from analytics.domain.care import Role
from api.consult.settings import CallSettings
from api.consult.slots import Slot, WorkingHours, free_slots
from api.errors import InvalidError
from api.fhir.bundles import NOTHING, ResourcePage
from api.fhir.elements import Resource
from api.fhir.resources.rota import schedule_of, slot_named, slot_of
from api.fhir.search import MOST, FhirSearch, Span, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.store import consultations, fhir_rota
from api.store.types import Row

STATUSES = ("free", "busy", "busy-unavailable")


class _Whose(NamedTuple):
    """Whose times the caller may know: of one ward, or (None) of all."""

    ward: str | None


async def _whose(work: UnitOfWork) -> _Whose | None:
    """Return whose times the caller may know; None: nobody's."""
    if work.caller.role is Role.ADMIN:
        return _Whose(None)
    if work.caller.role is not Role.PATIENT:
        return _Whose(work.caller.ward)
    no = work.caller.patient_no
    ward = await fhir_rota.ward_of(work.conn, no) if no is not None else None
    return None if ward is None else _Whose(ward)


def _offered(work: UnitOfWork, settings: CallSettings) -> Span:
    return work.now, work.now + timedelta(days=settings.days_ahead)


async def _doctors(
    work: UnitOfWork, span: Span, only: UUID | None, after: UUID | None, limit: int
) -> list[Row]:
    whose = await _whose(work)
    if whose is None:
        return []
    return await fhir_rota.met(
        work.conn, span, ward=whose.ward, only=only, after=after, limit=limit
    )


async def schedule(work: UnitOfWork, key: str) -> Resource | None:
    """Read one doctor's Schedule."""
    span = _offered(work, CallSettings())
    rows = await _doctors(work, span, identity(key, "_id"), None, 1)
    return schedule_of(rows[0]) if rows else None


async def search_schedules(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Schedules of the doctors whom one can meet, by id; of one person of the staff if asked."""
    key = read_cursor(search.cursor, UUID)
    after = key[0] if key and isinstance(key[0], UUID) else None
    wanted = search.one("actor")
    account = identity(wanted.removeprefix("Practitioner/"), "actor") if wanted else None
    limit = MOST if account else search.count + 1
    rows = await _doctors(work, _offered(work, CallSettings()), None, after, limit)
    if account:
        rows = [row for row in rows if row["user_id"] == account]
    shown, following = cut(rows, search.count, lambda row: [row["id"]])
    return ResourcePage(resources=[schedule_of(row) for row in shown], following=following)


async def slot(work: UnitOfWork, key: str) -> Resource | None:
    """Read one Slot of a doctor."""
    named = slot_named(key)
    if named is None:
        return None
    doctor, start = named
    found = await _slots(work, (start, start + timedelta(minutes=1)), doctor)
    return next((one for one in found if one["id"] == key), None)


async def search_slots(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Slots by when they begin, from now on as far ahead as one can book.

    By ``schedule``, ``start`` and ``status``.
    """
    told = search.one("schedule")
    doctor = identity(told.removeprefix("Schedule/"), "schedule") if told else None
    for one in search.any_of("status"):
        if one not in STATUSES:
            raise InvalidError("status", f"must be one of {', '.join(STATUSES)}")
    wanted = set(search.any_of("status") or STATUSES)
    since, until = search.span("start")
    key = read_cursor(search.cursor, datetime, str)
    if key and isinstance(key[0], datetime):
        since = max(since, key[0])
    found = await _slots(work, (since, until), doctor)
    rows = [one for one in found if one["status"] in wanted and _is_after(one, key)]
    shown, following = cut(rows, search.count, lambda one: [one["start"], one["id"]])
    return ResourcePage(resources=shown, following=following) if shown else NOTHING


def _is_after(one: Resource, key: Sequence[object] | None) -> bool:
    if not key or not isinstance(key[0], datetime):
        return True
    return (datetime.fromisoformat(one["start"]), one["id"]) > (key[0], str(key[1]))


async def _slots(work: UnitOfWork, span: Span, doctor: UUID | None) -> list[Resource]:
    """Return the slots that begin within a span, as far ahead as one can book, in their order."""
    settings = CallSettings()
    first, last = _offered(work, settings)
    step = timedelta(minutes=settings.slot_minutes)
    since, until = max(span[0], first - step), min(span[1], last)
    if since >= until:
        return []
    doctors = {row["id"]: row for row in await _doctors(work, (since, until), doctor, None, MOST)}
    hours: list[WorkingHours] = []
    taken: dict[UUID, list[Span]] = defaultdict(list)
    for ward in sorted({row["ward"] for row in doctors.values()}):
        span_ends = until + step
        rows = await consultations.hours(work.conn, ward, since, span_ends)
        hours += [WorkingHours(**row) for row in rows if row["doctor"] in doctors]
        for row in await consultations.taken(work.conn, ward, since, span_ends):
            taken[row["doctor_id"]].append((row["start"], row["end"]))
    grid = free_slots(hours, {}, (), start=since, end=until, minutes=settings.slot_minutes)
    soonest = first + timedelta(minutes=_lead(work, settings))
    found = [_told(one, taken[one.doctor], soonest) for one in grid]
    return sorted(found, key=lambda one: (one["start"], one["id"]))


def _lead(work: UnitOfWork, settings: CallSettings) -> float:
    """A patient books some time ahead; who works in the ward also what has just begun."""
    patient = work.caller.role is Role.PATIENT
    return settings.lead_minutes if patient else -float(settings.slot_minutes)


def _told(one: Slot, taken: Sequence[Span], soonest: datetime) -> Resource:
    busy = any(since < one.end and one.start < until for since, until in taken)
    status = "busy" if busy else "free" if one.start >= soonest else "busy-unavailable"
    return slot_of(one.doctor, one.start, one.end, status)
