"""ImagingStudy: what the archive holds; DiagnosticReport: what somebody found in it.

A study is known by its DICOM Study Instance UID, which is a valid id of FHIR. Codes: modalities as
in DICOM (PS3.16), the report's section as in HL7 table 0074, its kind by LOINC 18748-4.
"""

from typing import Any, Final

from api.fhir.elements import Resource, concept, instant, meta, reference, without_nothing

Row = dict[str, Any]
DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_SECTION: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v2-0074",
    "code": "RAD",
    "display": "Radiology",
}
_KIND: Final = {
    "system": "http://loinc.org",
    "code": "18748-4",
    "display": "Diagnostic imaging study",
}


def imaging_study_of(row: Row, description: str | None) -> Resource:
    """Return the ImagingStudy of a study.

    Args:
        row: ``uid``, ``patient``, ``taken_on``, ``modalities``, ``series``, ``instances``, ``at``.
        description: opened.
    """
    return without_nothing(
        {
            "resourceType": "ImagingStudy",
            "id": row["uid"],
            "meta": meta(changed=row["at"]),
            "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{row['uid']}"}],
            "status": "available",
            "modality": [{"system": DICOM, "code": one} for one in row["modalities"]],
            "subject": reference("Patient", row["patient"]),
            "started": row["taken_on"].isoformat() if row["taken_on"] else None,
            "numberOfSeries": row["series"],
            "numberOfInstances": row["instances"],
            "description": description,
        }
    )


def diagnostic_report_of(row: Row, text: str | None) -> Resource:
    """Return the DiagnosticReport of what was written about a study.

    Args:
        row: ``id``, ``patient``, ``study_uid``, ``taken_on``, ``at``, ``written_by``,
            ``written_by_name``.
        text: opened.
    """
    writer = reference("Practitioner", row["written_by"], row["written_by_name"])
    return without_nothing(
        {
            "resourceType": "DiagnosticReport",
            "id": str(row["id"]),
            "meta": meta(changed=row["at"]),
            "status": "final",
            "category": [concept([_SECTION])],
            "code": concept([_KIND]),
            "subject": reference("Patient", row["patient"]),
            "effectiveDateTime": row["taken_on"].isoformat() if row["taken_on"] else None,
            "issued": instant(row["at"]),
            "performer": [writer],
            "resultsInterpreter": [writer],
            "imagingStudy": [reference("ImagingStudy", row["study_uid"])],
            "conclusion": text,
        }
    )
