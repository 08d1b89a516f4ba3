"""Consent: what a person agreed to, in which version of the text, and when they took it back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from analytics.domain.vitals import LOINC
from api.fhir.elements import Resource, coded, concept, instant, meta, period, reference

Row = dict[str, Any]
_SCOPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "monitoring": ("treatment", "Treatment"),
        "research": ("research", "Research"),
        "sharing": ("patient-privacy", "Privacy Consent"),
    }
)
"""HL7's code and words of each scope."""
_CATEGORY = {"system": LOINC, "code": "59284-0", "display": "Consent Document"}


def consent_of(row: Row) -> Resource:
    """Return the Consent of a row of ``api.store.consents``."""
    code, words = _SCOPES[row["scope"]]
    withdrawn = row["withdrawn_at"]
    return {
        "resourceType": "Consent",
        "id": str(row["id"]),
        "meta": meta(changed=withdrawn or row["given_at"]),
        "status": "inactive" if withdrawn else "active",
        "scope": coded("consentscope", code, words) | {"text": row["scope"]},
        "category": [concept([_CATEGORY])],
        "patient": reference("Patient", row["patient"]),
        "dateTime": instant(row["given_at"]),
        "policyRule": {"text": f"{row['scope']}, version {row['version']}"},
        "provision": {"period": period(row["given_at"], withdrawn)},
    }
