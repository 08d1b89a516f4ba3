"""The small parts that resources are made of: references, codes, quantities, times."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.fhir.terms import TERMINOLOGY, UCUM, Coding

Resource = dict[str, Any]


def instant(at: datetime) -> str:
    """Return a time as FHIR writes it, with its zone."""
    return at.isoformat().replace("+00:00", "Z")


def reference(kind: str, key: object, display: str | None = None) -> Resource:
    """Return a reference to a resource here."""
    found: Resource = {"reference": f"{kind}/{key}"}
    return found | {"display": display} if display else found


def concept(codings: Sequence[Coding], text: str | None = None) -> Resource:
    """Return a CodeableConcept."""
    found: Resource = {"coding": list(codings)} if codings else {}
    return found | {"text": text} if text else found


def coded(system: str, code: str, display: str | None = None) -> Resource:
    """Return a CodeableConcept of one of HL7's own code systems, named by its last part."""
    coding = {"system": TERMINOLOGY + system, "code": code}
    return {"coding": [coding | ({"display": display} if display else {})]}


def quantity(value: float, unit: str) -> Resource:
    """Return a Quantity in a unit of UCUM; whole numbers stay whole."""
    plain = int(value) if float(value).is_integer() else value
    return {"value": plain, "unit": unit, "system": UCUM, "code": unit}


def absent(why: str) -> Resource:
    """Return why a value is not there: a code of ``data-absent-reason``."""
    return coded("data-absent-reason", why)


def period(start: datetime | None, end: datetime | None) -> Resource:
    """Return a Period; what is not known is left out."""
    return without_nothing(
        {"start": instant(start) if start else None, "end": instant(end) if end else None}
    )


def meta(
    *, changed: datetime | None = None, version: object = None, profiles: Sequence[str] = ()
) -> Resource:
    """Return ``meta`` with what is known of it."""
    return without_nothing(
        {
            "versionId": None if version is None else str(version),
            "lastUpdated": instant(changed) if changed else None,
            "profile": list(profiles),
        }
    )


def without_nothing(parts: Mapping[str, Any]) -> Resource:
    """Return the parts without what is empty: FHIR has no null, no empty text and no empty list."""
    return {name: part for name, part in parts.items() if part not in (None, "", [], {})}
