"""Resources of a simulated patient bear ``HTEST`` (test health data), FHIR's own mark for them."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from api.fhir.elements import Resource
from api.store import simulations
from api.store.types import Conn

TEST_DATA: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
_REFERRING: Final = ("subject", "patient", "for")
_PATIENT: Final = "Patient/"


async def mark(conn: Conn, resources: Iterable[Resource]) -> None:
    """Add the mark to ``meta.security`` of what is of a simulated patient, in place.

    Args:
        conn: a connection acting for who is answered.
        resources: what is answered.
    """
    theirs = [(one, patient) for one in resources if (patient := patient_of(one)) is not None]
    simulated = await simulations.among(conn, sorted({patient for _, patient in theirs}))
    for resource, patient in theirs:
        if patient in simulated:
            meta = resource.setdefault("meta", {})
            meta["security"] = [*meta.get("security", ()), TEST_DATA]


def patient_of(resource: Resource) -> UUID | None:
    """Return whose a resource is; None: nobody's."""
    if resource["resourceType"] == "Patient":
        return UUID(resource["id"])
    named = [one.get("actor") for one in resource.get("participant", ()) if isinstance(one, dict)]
    for found in (*(resource.get(name) for name in _REFERRING), *named):
        reference = found.get("reference", "") if isinstance(found, dict) else ""
        if reference.startswith(_PATIENT):
            return UUID(reference.removeprefix(_PATIENT))
    return None
