"""CapabilityStatement: what this server can do, made from the same table that does it."""

from collections.abc import Mapping
from datetime import date

from api.fhir.elements import Resource
from api.http.outcomes import MEDIA_TYPE

VERSION = "4.0.1"
DEFINITION = "http://hl7.org/fhir/OperationDefinition/"
_OPERATIONS = (("lastn", "Observation-lastn"), ("everything", "Patient-everything"))
_SPECIAL = ("_sort", "_include")


def statement(types: Mapping[str, Mapping[str, str]], base: str, made: date) -> Resource:
    """Return the CapabilityStatement.

    Args:
        types: search parameters, by name with their kind, of each resource type.
        base: address of the FHIR root.
        made: since when it is so.
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": made.isoformat(),
        "kind": "instance",
        "software": {"name": "Homeward", "version": "1"},
        "implementation": {
            "description": "A virtual ward at home. Not a medical device.",
            "url": base,
        },
        "fhirVersion": VERSION,
        "format": [MEDIA_TYPE],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": False,
                    "description": "A bearer token: a session's, or a machine's key with scopes as "
                    "in SMART (system/Observation.rs). What the caller may not see is answered as "
                    "if it were not there.",
                },
                "interaction": [{"code": "transaction"}],
                "operation": [
                    {"name": name, "definition": DEFINITION + name_of}
                    for name, name_of in _OPERATIONS
                ],
                "resource": [_resource(kind, known) for kind, known in types.items()],
            }
        ],
    }


def _resource(kind: str, known: Mapping[str, str]) -> Resource:
    parameters = {"_id": "token", **known}
    found: Resource = {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned" if kind == "Patient" else "no-version",
        "searchParam": [
            {"name": name, "type": of} for name, of in parameters.items() if name not in _SPECIAL
        ],
    }
    if kind == "Subscription":
        found["interaction"] += [{"code": "create"}, {"code": "delete"}]
    if kind == "Observation":
        found["searchParam"].append({"name": "_lastUpdated", "type": "date"})
        found["searchInclude"] = ["Observation:derived-from"]
        found["interaction"].append({"code": "create"})
        found["conditionalCreate"] = True
    return found
