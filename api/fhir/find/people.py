"""Patients, stays, teams, staff and devices, for who may see them."""

from uuid import UUID

from analytics.domain.care import Role
from api.fhir.bundles import NOTHING, ResourcePage, page_of
from api.fhir.elements import Resource
from api.fhir.resources.devices import device_of
from api.fhir.resources.people import (
    care_team_of,
    patient_of,
    practitioner_of,
    practitioner_role_of,
)
from api.fhir.resources.stays import encounter_of
from api.fhir.search import FhirSearch, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.store import accounts, devices, fhir, patients, staffing, stays
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText


async def patient(work: UnitOfWork, key: str) -> Resource | None:
    """Read one Patient."""
    row = await patients.record(work.conn, identity(key, "_id"))
    if row is None:
        return None
    work.note("patient.read", row["no"], by="fhir")
    return _opened(work, row)


def _opened(work: UnitOfWork, row: Row) -> Resource:
    return patient_of(row, personal_data.open_personal(work.services.vault, row))


async def search_patients(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Patients whom the caller may see, by the external identifier; in order of admission."""
    after = read_cursor(search.cursor, int)
    sought = search.one("identifier")
    hashed = await personal_data.external_hash(
        work.conn, work.services.vault, sought.rpartition("|")[2] if sought else None
    )
    everybody = await patients.records(
        work.conn,
        after=int(str(after[0])) if after else 0,
        limit=search.count + 1,
        external_hash=hashed,
    )
    rows, following = cut(everybody, search.count, lambda row: [row["no"]])
    work.saw("patients.list", (row["no"] for row in rows), by="fhir")
    return ResourcePage(resources=[_opened(work, row) for row in rows], following=following)


async def care_team(work: UnitOfWork, key: str) -> Resource | None:
    """Read the CareTeam of the patient whose id it bears."""
    row = await patients.record(work.conn, identity(key, "_id"))
    if row is None:
        return None
    team = await patients.care_team(work.conn, row["no"])
    names = await accounts.names(work.conn, team)
    work.note("patient.read", row["no"], by="fhir")
    return care_team_of(row["id"], row["state"], team, names)


async def search_care_teams(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """The care team of one patient."""
    wanted = search.patient()
    found = await care_team(work, str(wanted)) if wanted else None
    return page_of(found)


async def encounter(work: UnitOfWork, key: str) -> Resource | None:
    """Read one stay."""
    row = await fhir.encounter(work.conn, identity(key, "_id"))
    if row is None:
        return None
    work.note("encounters.list", row["patient_no"], count=1)
    return encounter_of(row, row["patient"])


async def search_encounters(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """The stays of one patient, newest first."""
    patient_id = search.patient()
    no = await patients.number(work.conn, patient_id) if patient_id else None
    if no is None or patient_id is None:
        return NOTHING
    rows = await stays.of_patient(work.conn, no)
    work.note("encounters.list", no, count=len(rows))
    return ResourcePage(resources=[encounter_of(row, patient_id) for row in rows[: search.count]])


def _ward(work: UnitOfWork) -> str | None:
    return None if work.caller.role is Role.ADMIN else work.caller.ward


async def _practitioners(
    work: UnitOfWork, only: UUID | None, after: UUID | None, limit: int
) -> list[Row]:
    """A patient sees their own team, everybody else the staff of their ward."""
    of_patient = None
    if work.caller.role is Role.PATIENT:
        of_patient = work.caller.patient_no or 0
    return await fhir.practitioners(
        work.conn, ward=_ward(work), of_patient=of_patient, only=only, after=after, limit=limit
    )


async def practitioner(work: UnitOfWork, key: str) -> Resource | None:
    """Read one account of the staff."""
    rows = await _practitioners(work, identity(key, "_id"), None, 1)
    return practitioner_of(rows[0]) if rows else None


async def search_practitioners(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Accounts of the staff, by id."""
    after = read_cursor(search.cursor, UUID)
    last = after[0] if after and isinstance(after[0], UUID) else None
    rows = await _practitioners(work, None, last, search.count + 1)
    shown, following = cut(rows, search.count, lambda row: [row["id"]])
    return ResourcePage(resources=[practitioner_of(row) for row in shown], following=following)


async def practitioner_role(work: UnitOfWork, key: str) -> Resource | None:
    """Read one person of the rota."""
    row = await staffing.doctor(work.conn, identity(key, "_id"), _ward(work))
    return practitioner_role_of(row) if row else None


async def search_practitioner_roles(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """People of the rota, by name."""
    key = read_cursor(search.cursor, str, UUID)
    after = (str(key[0]), key[1]) if key and isinstance(key[1], UUID) else None
    rows = await staffing.doctors(work.conn, _ward(work), after=after, limit=search.count + 1)
    shown, following = cut(rows, search.count, lambda row: [row["name"], row["id"]])
    return ResourcePage(resources=[practitioner_role_of(row) for row in shown], following=following)


async def device(work: UnitOfWork, key: str) -> Resource | None:
    """Read one device."""
    row = await devices.device(work.conn, key)
    if row is None:
        return None
    work.note("devices.list", row["patient_no"], count=1, by="fhir")
    return (await _devices(work, [row]))[0]


async def _devices(work: UnitOfWork, rows: list[Row]) -> list[Resource]:
    """Open what is written of them, which is sealed under the key of whose device it is."""
    sealed = await patients.sealed(work.conn, [row["patient"] for row in rows])
    texts = {row["id"]: personal_data.text_of(work.services.vault, row) for row in sealed}
    return [_device(row, texts[row["patient"]]) for row in rows]


def _device(row: Row, text: PatientText) -> Resource:
    opened = row | {"kind": text.open(row["kind"]) or "device"}
    return device_of(opened, text.open(row["serial"]))


async def search_devices(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Devices by number of registration; of one patient if asked."""
    patient_id = search.patient()
    no = await patients.number(work.conn, patient_id) if patient_id else None
    if patient_id is not None and no is None:
        return NOTHING
    after = read_cursor(search.cursor, int)
    rows = await devices.devices(
        work.conn,
        after=int(str(after[0])) if after else 0,
        limit=search.count + 1,
        patient_no=no,
    )
    shown, following = cut(rows, search.count, lambda row: [row["no"]])
    work.saw("devices.list", {row["patient_no"] for row in shown}, by="fhir")
    return ResourcePage(resources=await _devices(work, list(shown)), following=following)
