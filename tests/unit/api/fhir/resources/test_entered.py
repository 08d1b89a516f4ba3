"""What is sent as an Observation becomes an entry, or is refused with its element."""

# ruff: noqa: ANN401 - resources are JSON of any shape

from typing import Any

import pytest

from api.errors import InvalidError
from api.fhir.resources.entered import entry_of, patient_of_entry

AT = "2026-11-30T08:00:00+01:00"
UCUM = "http://unitsofmeasure.org"


def observation(code: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/6c0f4a7e-0000-4000-8000-000000000001"},
        "effectiveDateTime": AT,
        "valueQuantity": {"value": value, "system": UCUM, "code": unit},
        **more,
    }


def component(code: str, value: float | None) -> dict[str, Any]:
    found: dict[str, Any] = {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}}
    if value is None:
        return found | {"dataAbsentReason": {"text": "not done"}}
    return found | {"valueQuantity": {"value": value, "system": UCUM, "code": "mm[Hg]"}}


@pytest.mark.parametrize(
    ("resource", "measured"),
    [
        (observation("8867-4", 71, "/min"), {"hr": 71.0}),
        (observation("59408-5", 95, "%"), {"spo2": 95.0}),
        (observation("2708-6", 95, "%"), {"spo2": 95.0}),
        (observation("8310-5", 98.6, "[degF]"), {"temp": 37.0}),
        (observation("29463-7", 150, "[lb_av]"), {"weight": 68.04}),
        (observation("15074-8", 5.5, "mmol/L"), {"glucose": 99.1}),
        (observation("99504-3", 104, "mg/dL"), {"glucose": 104.0}),
        (
            observation(
                "85354-9",
                0,
                "",
                component=[component("8480-6", 120), component("8462-4", 80)],
            ),
            {"sbp": 120.0, "dbp": 80.0},
        ),
        (
            observation(
                "85354-9",
                0,
                "",
                component=[component("8480-6", 120), component("8462-4", None)],
            ),
            {"sbp": 120.0},
        ),
        (
            observation(
                "67775-7",
                0,
                "",
                valueCodeableConcept={
                    "coding": [{"system": "http://loinc.org", "code": "LA17108-4"}]
                },
            ),
            {"acvpu": 2},
        ),
    ],
)
def test_what_is_measured_comes_in_our_unit(
    resource: dict[str, Any], measured: dict[str, float]
) -> None:
    assert entry_of(resource).samples[0].measured() == measured


@pytest.mark.parametrize(
    ("resource", "element"),
    [
        ({"resourceType": "Patient"}, "resourceType"),
        (observation("8867-4", 71, "/min", status="amended"), "Observation.status"),
        (observation("8867-4", 71, "/min", effectiveDateTime="2026-11-30"), "effectiveDateTime"),
        (observation("8867-4", 71, "Hz"), "valueQuantity.code"),
        (observation("15074-8", 5.5, "mmol"), "valueQuantity.code"),
        (observation("8867-4", 71, "/min", valueQuantity={"value": 71}), "valueQuantity.system"),
        (observation("8867-4", 71, "/min", valueQuantity=None), "valueQuantity"),
        (
            observation(
                "8867-4", 1, "/min", valueQuantity={"value": True, "system": UCUM, "code": "/min"}
            ),
            "valueQuantity",
        ),
        (observation("718-7", 14, "g/dL"), "Observation.code"),
        (observation("8867-4", 71, "/min") | {"code": {"text": "pulse"}}, "Observation.code"),
        (observation("85354-9", 0, "", component=[component("8867-4", 1)]), "component[0].code"),
        (observation("85354-9", 0, "", component=[]), "Observation"),
        (observation("67775-7", 0, ""), "valueCodeableConcept"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(resource: dict[str, Any], element: str) -> None:
    with pytest.raises(InvalidError) as wrong:
        entry_of(resource)
    assert element in wrong.value.field


def test_a_subject_is_a_patient_by_id() -> None:
    found = patient_of_entry(observation("8867-4", 71, "/min"))
    assert str(found) == "6c0f4a7e-0000-4000-8000-000000000001"
    with pytest.raises(InvalidError):
        patient_of_entry({"subject": {"reference": "Group/1"}})
