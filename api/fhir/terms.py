"""Code systems, codes and profiles that the resources name.

Sources: LOINC and UCUM codes as in the HL7 FHIR R4 vital-signs profiles; glucose of a sensor as in
the HL7 CGM implementation guide 1.0.0; answers of ACVPU from LOINC's list of 67775-7. NEWS2 has no
code of LOINC: its own name is given, and the codes of SNOMED CT (NHS England's, as the Royal
College's score uses them) only where a site has the licence and says so.
"""

from collections.abc import Mapping
from types import MappingProxyType

from analytics.domain.vitals import FACTS, LOINC, Metric

Coding = dict[str, str]

UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
OWN = "urn:homeward:codes"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
PROFILE = "http://hl7.org/fhir/StructureDefinition/"
EXTERNAL_ID = "urn:homeward:external-id"
ENTRY_ID = "urn:homeward:observation"

OXYGEN = (("air", "breathing air"), ("oxygen", "breathing supplemental oxygen"))
"""Our own codes of what is breathed, by the value of the metric ``o2``."""
PANEL = "85354-9"
"""LOINC of blood pressure as a panel: systolic and diastolic are its components."""
NEWS2_TOTAL = "news2-total"

_NAMES: Mapping[Metric, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        Metric.HR: (("8867-4", "Heart rate"),),
        Metric.SPO2: (
            ("2708-6", "Oxygen saturation in Arterial blood"),
            ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
        ),
        Metric.RR: (("9279-1", "Respiratory rate"),),
        Metric.TEMP: (("8310-5", "Body temperature"),),
        Metric.SBP: (("8480-6", "Systolic blood pressure"),),
        Metric.DBP: (("8462-4", "Diastolic blood pressure"),),
        Metric.GLUCOSE: (("2339-0", "Glucose [Mass/volume] in Blood"),),
        Metric.WEIGHT: (("29463-7", "Body weight"),),
        Metric.STEPS: (("41950-7", "Number of steps in 24 hour Measured"),),
        Metric.ACVPU: (("67775-7", "Level of responsiveness"),),
    }
)
_ALSO: Mapping[Metric, frozenset[str]] = MappingProxyType(
    {
        Metric.GLUCOSE: frozenset(
            {"15074-8", "41653-7", "14743-9", "99504-3", "105272-9"}  # blood, capillary, sensor
        ),
    }
)
"""Codes of LOINC under which the same is sent, or sought."""
_PROFILES: Mapping[Metric, str] = MappingProxyType(
    {
        Metric.HR: "heartrate",
        Metric.SPO2: "oxygensat",
        Metric.RR: "resprate",
        Metric.TEMP: "bodytemp",
        Metric.SBP: "bp",
        Metric.DBP: "bp",
        Metric.WEIGHT: "bodyweight",
    }
)
_SNOMED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        NEWS2_TOTAL: ("1104051000000101", "National Early Warning Score 2 total score"),
        "rr": ("1104301000000104", "NEWS2 respiration rate score"),
        "spo2": ("1104311000000102", "NEWS2 oxygen saturation scale 1 score"),
        "o2": ("1104331000000105", "NEWS2 air or oxygen score"),
        "sbp": ("1104341000000101", "NEWS2 systolic blood pressure score"),
        "hr": ("1104351000000103", "NEWS2 pulse score"),
        "acvpu": ("1104361000000100", "NEWS2 consciousness score"),
        "temp": ("1104371000000107", "NEWS2 temperature score"),
    }
)
ACVPU_ANSWERS: tuple[tuple[str, str], ...] = (
    ("LA9340-6", "Alert"),
    ("LA6560-2", "Confused"),
    ("LA17108-4", "Responds to voice"),
    ("LA17107-6", "Responds to pain"),
    ("LA9343-0", "Unresponsive"),
)
"""LOINC answers by the value of :class:`analytics.domain.vitals.Acvpu`."""
UNITS: Mapping[Metric, str] = MappingProxyType({one: facts.unit for one, facts in FACTS.items()})


def codings(metric: Metric) -> list[Coding]:
    """Return the codes of a metric, LOINC's first; what has none there has our own name."""
    named = _NAMES.get(metric, ())
    found = [{"system": LOINC, "code": code, "display": text} for code, text in named]
    return found or [{"system": OWN, "code": metric.wire_name, "display": FACTS[metric].label}]


def pressure_codings() -> list[Coding]:
    """Return the codes of a blood pressure panel."""
    text = "Blood pressure panel with all children optional"
    return [{"system": LOINC, "code": PANEL, "display": text}]


def score_codings(part: str, *, snomed: bool) -> list[Coding]:
    """Return the codes of NEWS2's total or one of its parameters.

    Args:
        part: ``news2-total`` or a metric's name.
        snomed: whether SNOMED CT may be used here.
    """
    own = part if part == NEWS2_TOTAL else f"news2-{part}"
    found = [{"system": OWN, "code": own}]
    if snomed and part in _SNOMED:
        code, text = _SNOMED[part]
        found.insert(0, {"system": SNOMED, "code": code, "display": text})
    return found


def profiles(metric: Metric) -> list[str]:
    """Return the profiles of the FHIR core specification that a metric's observation follows."""
    named = _PROFILES.get(metric)
    return [PROFILE + "vitalsigns", PROFILE + named] if named else []


def category(metric: Metric) -> str:
    """Return the observation category: glucose is laboratory, what a person does is activity."""
    if metric is Metric.GLUCOSE:
        return "laboratory"
    if metric is Metric.STEPS:
        return "activity"
    return "vital-signs" if metric in _PROFILES else "survey"


def metrics_of(system: str | None, code: str) -> frozenset[Metric]:
    """Return the metrics that a code of a search means; of a pressure's codes, both.

    Args:
        system: of the code; None: any.
        code: LOINC or our own.
    """
    found: set[Metric] = set()
    for metric in Metric:
        known = [*codings(metric), {"system": OWN, "code": metric.wire_name}]
        known += [{"system": LOINC, "code": one} for one in _ALSO.get(metric, ())]
        if any(one["code"] == code and system in (None, one["system"]) for one in known):
            found.add(metric)
    if (code == PANEL and system in (None, LOINC)) or found & {Metric.SBP, Metric.DBP}:
        found |= {Metric.SBP, Metric.DBP}
    return frozenset(found)


def is_score(system: str | None, code: str) -> bool:
    """Whether a code of a search means NEWS2's total."""
    return any(
        one["code"] == code and system in (None, one["system"])
        for one in score_codings(NEWS2_TOTAL, snomed=True)
    )
