"""NEWS2 as an Observation, and the risk model's word as a RiskAssessment.

A score that lacks a parameter has no value: its bounds stand in the components, and what is missing
is named. Its parts are those of the readings that it was made at.
"""

from typing import Any
from uuid import UUID

from analytics.domain.vitals import FACTS, Metric
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
from api.fhir.identity import pressure_key, reading_key, score_key

Row = dict[str, Any]
POINTS = "{score}"


def score_observation(row: Row, patient: UUID, *, snomed: bool) -> Resource:
    """Return the Observation of an assessment's NEWS2.

    Args:
        row: ``time``, ``received``, ``frame_id``, ``patient_no``, ``score``, ``low``, ``high``,
            ``missing`` (bits of metrics), and ``measured``: metrics read in the same frame.
        patient: whose it is.
        snomed: whether SNOMED CT may be used here.
    """
    identity = ObservationId(
        time=row["time"], patient_no=row["patient_no"], metric=0, frame_id=row["frame_id"]
    )
    whole = row["score"] is not None
    result = (
        {"valueQuantity": quantity(row["score"], POINTS)}
        if whole
        else {"dataAbsentReason": absent("unknown"), "note": _missing(row["missing"])}
    )
    return without_nothing(
        {
            "resourceType": "Observation",
            "id": score_key(identity),
            "meta": meta(changed=row["received"], version="1"),
            "status": "final",
            "category": [coded("observation-category", "survey")],
            "code": concept(
                terms.score_codings(terms.NEWS2_TOTAL, snomed=snomed), "NEWS2 total score"
            ),
            "subject": reference("Patient", patient),
            "effectiveDateTime": instant(row["time"]),
            "issued": instant(row["received"]),
            "component": [_bound("low", row["low"]), _bound("high", row["high"])],
            "derivedFrom": _sources(identity, row.get("measured") or []),
            **result,
        }
    )


def _bound(which: str, points: int) -> Resource:
    code = {"system": terms.OWN, "code": f"news2-{which}"}
    text = "lowest" if which == "low" else "highest"
    return {
        "code": concept([code], f"NEWS2, {text} total that the readings allow"),
        "valueQuantity": quantity(points, POINTS),
    }


def _missing(mask: int) -> list[Resource]:
    named = [FACTS[one].label for one in Metric if mask >> int(one) & 1]
    return [{"text": "Incomplete: without " + ", ".join(named) + "."}] if named else []


def _sources(identity: ObservationId, measured: list[int]) -> list[Resource]:
    """References to the readings that came in the same frame; of a pressure, to the panel."""
    keys = []
    for metric in sorted(set(measured)):
        one = ObservationId(
            time=identity.time,
            patient_no=identity.patient_no,
            metric=metric,
            frame_id=identity.frame_id,
        )
        if metric == Metric.DBP and Metric.SBP in measured:
            continue
        pressure = metric in (Metric.SBP, Metric.DBP)
        keys.append(pressure_key(one) if pressure else reading_key(one))
    return [reference("Observation", key) for key in keys]


def risk_assessment(told: Row, at: str, patient: UUID) -> Resource | None:
    """Return what the risk model says of a patient now; None while it is shown to nobody.

    Args:
        told: ``probability``, ``horizon_minutes`` and ``model`` as the assessment has them.
        at: time of the assessment.
        patient: whose it is.
    """
    if told.get("probability") is None:
        return None
    return {
        "resourceType": "RiskAssessment",
        "id": f"risk-{patient}",
        "status": "final",
        "method": {"text": f"online risk model {told.get('model')}; not a medical device"},
        "subject": reference("Patient", patient),
        "occurrenceDateTime": at,
        "prediction": [
            {
                "outcome": {"text": "NEWS2 of 5 or more"},
                "probabilityDecimal": round(float(told["probability"]), 4),
                "whenRange": {
                    "low": quantity(0, "min"),
                    "high": quantity(told.get("horizon_minutes") or 0, "min"),
                },
            }
        ],
    }
