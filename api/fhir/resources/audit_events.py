"""AuditEvent: a row of the chained record of who read and did what."""

from typing import Any

from api.fhir.elements import Resource, coded, instant, reference, without_nothing
from api.fhir.terms import OWN

Row = dict[str, Any]
_READ = frozenset({"read", "list", "search", "print", "export"})
_CREATE = frozenset({"create", "enter", "add", "enrol", "begin"})


def audit_event_of(row: Row) -> Resource:
    """Return the AuditEvent of an audit row.

    Args:
        row: ``id``, ``at``, ``actor``, ``username``, ``action``, ``patient``, ``hash``.
    """
    verb = row["action"].rpartition(".")[2]
    person = {"who": reference("Practitioner", row["actor"], row["username"])}
    program = {"who": {"display": row["actor"]}}
    agent = person if row["username"] else program
    entity = {"what": reference("Patient", row["patient"])} if row["patient"] else None
    return without_nothing(
        {
            "resourceType": "AuditEvent",
            "id": str(row["id"]),
            "type": coded("audit-event-type", "rest")["coding"][0],
            "subtype": [{"system": OWN, "code": row["action"]}],
            "action": "R" if verb in _READ else "C" if verb in _CREATE else "U",
            "recorded": instant(row["at"]),
            "outcome": "0",
            "agent": [agent | {"requestor": True}],
            "source": {"observer": {"display": "Homeward"}},
            "entity": [entity] if entity else [],
        }
    )
