"""Provenance: where a reading comes from, with the device's signature."""

from base64 import b64encode
from typing import Any

from api.fhir.elements import Resource, concept, reference, without_nothing

Row = dict[str, Any]
SIGNATURE = slice(1, 65)
"""Where a signed frame bears its Ed25519 signature: after the byte that says so."""
SIGNED_BY = {"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.14"}
"""ASTM E1762's code of a source's signature."""


def provenance_of(observation: Resource, frame: Row | None) -> Resource:
    """Return the Provenance of an Observation, whose id it bears.

    Args:
        observation: as this package makes it.
        frame: ``frame``: the signed frame (Ed25519 signature, then what was signed), ``device``;
            None: a person entered it.
    """
    who = observation.get("device") or (observation.get("performer") or [{"display": "unknown"}])[0]
    kind = "author" if frame is None else "assembler"
    return without_nothing(
        {
            "resourceType": "Provenance",
            "id": observation["id"],
            "target": [reference("Observation", observation["id"])],
            "occurredDateTime": observation["effectiveDateTime"],
            "recorded": observation["issued"],
            "agent": [{"type": _participant(kind), "who": who}],
            "signature": [] if frame is None else [_signature(frame, who, observation["issued"])],
        }
    )


def _participant(kind: str) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
    return concept([{"system": system, "code": kind}])


def _signature(frame: Row, who: Resource, received: str) -> Resource:
    return {
        "type": [SIGNED_BY],
        "when": received,
        "who": who,
        "targetFormat": "application/octet-stream",
        "sigFormat": "application/octet-stream",
        "data": b64encode(bytes(frame["frame"])[SIGNATURE]).decode("ascii"),
    }
