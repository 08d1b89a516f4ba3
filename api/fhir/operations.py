"""Operations over searches: ``$lastn``, ``$everything`` and the lines of ``$export``."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime

from api.auth.sessions import Caller
from api.errors import NotSignedInError
from api.fhir.bundles import ResourcePage
from api.fhir.elements import Resource
from api.fhir.find.readings import newest_of_each
from api.fhir.find.registry import COORDINATORS, TYPES
from api.fhir.search import MOST, OLDEST, FhirSearch
from api.fhir.simulated import mark
from api.http.deps import UnitOfWork, acting
from api.services import Services
from api.store import accounts

_FIRST = (
    "Patient",
    "Encounter",
    "CareTeam",
    "CarePlan",
    "Device",
    "RiskAssessment",
    "Flag",
    "DetectedIssue",
    "Communication",
    "Appointment",
    "Task",
    "QuestionnaireResponse",
    "ImagingStudy",
    "DiagnosticReport",
    "DocumentReference",
    "Consent",
    "ServiceRequest",
)
"""What ``$everything`` gives on its first page, before the observations."""
EXPORTED = (*_FIRST, "Observation")


async def last_of_each(work: UnitOfWork, search: FhirSearch, most: int) -> ResourcePage:
    """Return the newest observations of each code, ``most`` of each."""
    found = await newest_of_each(work, search, most)
    await mark(work.conn, found)
    return ResourcePage(resources=found)


async def everything(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Return a patient's whole record: what is short first, then the observations in pages."""
    short: list[Resource] = []
    if search.cursor is None:
        for kind in _FIRST:
            if work.caller.role in TYPES[kind].roles:
                name = "_id" if kind == "Patient" else "patient"
                values = {name: search.values["patient"]}
                short += await all_of(work, FhirSearch(kind=kind, values=values, count=MOST))
    readings = await TYPES["Observation"].search(work, search)
    return replace(readings, resources=[*short, *readings.resources])


async def all_of(work: UnitOfWork, search: FhirSearch) -> list[Resource]:
    """Return every page of a search."""
    found: list[Resource] = []
    asked: FhirSearch | None = search
    while asked is not None:
        page = await TYPES[asked.kind].search(work, asked)
        found += page.resources
        asked = replace(asked, cursor=page.following) if page.following else None
    return found


def may_export(caller: Caller) -> bool:
    """Whether somebody may take the whole ward's record along."""
    return caller.role in COORDINATORS


async def lines(
    services: Services, caller: Caller, kind: str, since: datetime | None, until: datetime
) -> AsyncIterator[str]:
    """Give each resource of a type as a line of JSON, of every patient whom the caller may see.

    Nothing is stored on the way: each page is read when the one before has been sent, so a slow
    reader holds neither a connection nor memory.

    Raises:
        NotSignedInError: the session has ended meanwhile; the answer breaks off.
    """
    async for people in _pages(services, caller, FhirSearch(kind="Patient", count=100)):
        for patient in people:
            if kind == "Patient":
                yield _line(patient)
                continue
            values = {"patient": [patient["id"]]}
            values |= {"_sort": ["date"]} if kind == "Observation" else {}
            span = (since or OLDEST, until)
            of_one = FhirSearch(kind=kind, values=values, count=MOST, updated=span)
            async for part in _pages(services, caller, of_one):
                yield "".join(_line(one) for one in part)


async def _pages(
    services: Services, caller: Caller, search: FhirSearch
) -> AsyncIterator[Sequence[Resource]]:
    """Give a search page by page, each in a transaction of its own."""
    asked: FhirSearch | None = search
    while asked is not None:
        async with acting(services, caller) as work:
            idle = services.settings.staff_idle_minutes
            if await accounts.session(work.conn, caller.session, idle) is None:
                raise NotSignedInError
            page = await TYPES[asked.kind].search(work, asked)
        yield page.resources
        asked = replace(asked, cursor=page.following) if page.following else None


def _line(resource: Resource) -> str:
    return json.dumps(resource, separators=(",", ":")) + "\n"
