"""A stay as a FHIR document: a Composition (discharge summary, LOINC 18842-5) with what it names.

It holds the newest value of each code, the newest score and the alerts; the whole record is
``$everything``'s matter. It is ``preliminary`` while the stay goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from api.auth.sessions import Caller
from api.errors import NotFoundError
from api.fhir.bundles import BASE
from api.fhir.elements import Resource, concept, instant, reference, without_nothing
from api.fhir.find.registry import TYPES
from api.fhir.operations import all_of, last_of_each
from api.fhir.resources.people import practitioner_of
from api.fhir.search import MOST, FhirSearch
from api.fhir.terms import NEWS2_TOTAL, OWN
from api.http.deps import UnitOfWork

IDENTIFIER: Final = "urn:homeward:document"
_SUMMARY: Final = {"system": "http://loinc.org", "code": "18842-5", "display": "Discharge summary"}
_SECTIONS: Final = {
    "Encounter": "Stay",
    "CareTeam": "Care team",
    "Observation": "Newest of each measurement",
    "RiskAssessment": "Risk",
    "Flag": "Alerts",
    "DetectedIssue": "Reasons of the alerts",
}
"""Titles of the sections, by the type of what they name."""


async def document(work: UnitOfWork, patient_id: UUID, origin: str) -> Resource:
    """Return the document Bundle of a patient's newest stay.

    Raises:
        NotFoundError: the patient may not be seen, or never was in a stay.
    """
    patient = await TYPES["Patient"].read(work, str(patient_id))
    found = {kind: await _section(work, patient_id, kind) for kind in _SECTIONS}
    found["Encounter"] = found["Encounter"][:1]
    if patient is None or not found["Encounter"]:
        raise NotFoundError
    author = _author(work.caller, patient)
    composition = _composition(work, patient, author, found)
    named = [one for part in found.values() for one in part]
    entries = [composition, patient, author, *named]
    unique = {(one["resourceType"], one["id"]): one for one in entries}
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": IDENTIFIER, "value": composition["id"]},
        "timestamp": instant(work.now),
        "entry": [
            {"fullUrl": f"{origin}{BASE}/{kind}/{key}", "resource": one}
            for (kind, key), one in unique.items()
        ],
    }


def _author(caller: Caller, patient: Resource) -> Resource:
    """Return who asks for the document: a person of the staff, or the patient."""
    if caller.patient_no is not None:
        return patient
    name = caller.display_name or caller.username
    return practitioner_of({"id": caller.user_id, "name": name, "state": caller.state})


async def _section(work: UnitOfWork, patient_id: UUID, kind: str) -> Sequence[Resource]:
    if work.caller.role not in TYPES[kind].roles:
        return ()
    search = FhirSearch(kind=kind, values={"patient": [str(patient_id)]}, count=MOST)
    if kind != "Observation":
        return await all_of(work, search)
    newest = await last_of_each(work, search, 1)
    score = {**search.values, "code": [f"{OWN}|{NEWS2_TOTAL}"], "_sort": ["-date"]}
    scored = await TYPES[kind].search(work, replace(search, values=score, count=1))
    return [*newest.resources, *scored.resources]


def _composition(
    work: UnitOfWork,
    patient: Resource,
    author: Resource,
    found: Mapping[str, Sequence[Resource]],
) -> Resource:
    (stay,) = found["Encounter"]
    ended = stay["status"] == "finished"
    key = uuid5(NAMESPACE_URL, f"{IDENTIFIER}:{stay['id']}:{instant(work.now)}")
    sections = [
        {
            "title": title,
            "entry": [reference(kind, one["id"]) for one in found[kind]],
        }
        for kind, title in _SECTIONS.items()
        if found[kind]
    ]
    return without_nothing(
        {
            "resourceType": "Composition",
            "id": str(key),
            "status": "final" if ended else "preliminary",
            "type": concept([_SUMMARY]),
            "subject": reference("Patient", patient["id"]),
            "encounter": reference("Encounter", stay["id"]),
            "date": instant(work.now),
            "author": [reference(author["resourceType"], author["id"])],
            "title": "Discharge summary of a stay in the ward at home",
            "section": sections,
        }
    )
