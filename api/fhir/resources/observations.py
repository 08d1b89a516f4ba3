"""Observation: a reading by a device or a person, a blood pressure as a panel.

What is in doubt says so: a reading of a quality that no score takes is ``preliminary`` with an
interpretation in words, one entered in error keeps its value and its status says it.
"""

from typing import Any
from uuid import UUID

from analytics.domain.vitals import FACTS, LOINC, Metric, Quality
from api.evidence.observation_ids import ObservationId
from api.fhir import terms
from api.fhir.elements import (
    Resource,
    absent,
    coded,
    concept,
    instant,
    meta,
    quantity,
    reference,
    without_nothing,
)
from api.fhir.identity import pressure_key, reading_key

Row = dict[str, Any]


def observation_of(row: Row, patient: UUID) -> Resource:
    """Return the Observation of a reading's row.

    Args:
        row: ``time``, ``received``, ``frame_id``, ``patient_no``, ``metric``, ``quality``,
            ``value``, ``device`` or ``entered_by`` with ``entered_by_role``, ``marked_at``; of a
            pressure also ``other``, the diastolic value or None.
        patient: whose it is.
    """
    metric = Metric(row["metric"])
    pressure = metric in (Metric.SBP, Metric.DBP)
    identity = ObservationId(
        time=row["time"], patient_no=row["patient_no"], metric=metric, frame_id=row["frame_id"]
    )
    values = _components(row, metric) if pressure else _value(metric, row["value"])
    return without_nothing(
        {
            "resourceType": "Observation",
            "id": pressure_key(identity) if pressure else reading_key(identity),
            "meta": meta(changed=row["received"], version="1", profiles=terms.profiles(metric)),
            "status": _status(row),
            "category": [coded("observation-category", terms.category(metric))],
            "code": concept(
                terms.pressure_codings() if pressure else terms.codings(metric),
                "Blood pressure" if pressure else FACTS[metric].label,
            ),
            "subject": reference("Patient", patient),
            "effectiveDateTime": instant(row["time"]),
            "issued": instant(row["received"]),
            "performer": _performer(row, patient),
            "device": reference("Device", row["device"]) if row.get("device") else None,
            "note": _doubt(row),
            **values,
        }
    )


def _status(row: Row) -> str:
    if row.get("marked_at") is not None:
        return "entered-in-error"
    return "final" if Quality(row["quality"]).scored else "preliminary"


def _doubt(row: Row) -> list[Resource]:
    quality = Quality(row["quality"])
    if quality.scored:
        return []
    return [{"text": f"Quality of the measurement: {quality.name.lower()}; it enters no score."}]


def _performer(row: Row, patient: UUID) -> list[Resource]:
    if row.get("entered_by") is None:
        return []
    if row.get("entered_by_role") == "patient":
        return [reference("Patient", patient)]
    return [reference("Practitioner", row["entered_by"], row.get("entered_by_name"))]


def _value(metric: Metric, value: float) -> Resource:
    if metric is Metric.ACVPU:
        code, text = terms.ACVPU_ANSWERS[int(value)]
        coding = {"system": LOINC, "code": code, "display": text}
        return {"valueCodeableConcept": concept([coding], text)}
    if metric is Metric.O2:
        code, text = terms.OXYGEN[int(value)]
        coding = {"system": terms.OWN, "code": code, "display": text}
        return {"valueCodeableConcept": concept([coding], text)}
    return {"valueQuantity": quantity(value, terms.UNITS[metric])}


def _components(row: Row, metric: Metric) -> Resource:
    """A pressure's two values; the one that was not measured says so."""
    other = Metric.DBP if metric is Metric.SBP else Metric.SBP
    measured: dict[Metric, float | None] = {metric: row["value"], other: row.get("other")}
    return {"component": [_component(one, measured[one]) for one in (Metric.SBP, Metric.DBP)]}


def _component(metric: Metric, value: float | None) -> Resource:
    code = concept(terms.codings(metric))
    if value is None:
        return {"code": code, "dataAbsentReason": absent("not-performed")}
    return {"code": code, "valueQuantity": quantity(value, terms.UNITS[metric])}
