"""Metrics with their units and codes, quality, and validation ranges.

The numbers of the metrics are stored in the database: never renumber one.

Sources: LOINC and UCUM codes as in the HL7 FHIR vital-signs profile; CGM codes from the HL7
CGM implementation guide 1.0.0. The ``reject`` ranges follow MIMIC-Extract's
``variable_ranges.csv`` where it has one; the ``plausible`` ranges (outside them a reading is
questionable) are proposed by this project and must be approved by the site that uses them.
"""

from dataclasses import dataclass
from enum import IntEnum

LOINC = "http://loinc.org"
"""The code system of :attr:`MetricFacts.loinc`, as FHIR names it."""


class Metric(IntEnum):
    """A measured quantity; the value is its code in the database."""

    HR = 1
    SPO2 = 2
    RR = 3
    TEMP = 4
    SBP = 5
    DBP = 6
    GLUCOSE = 7
    WEIGHT = 8
    STEPS = 9
    ACVPU = 10
    O2 = 11
    BATTERY = 12

    @property
    def wire_name(self) -> str:
        """The member's name on the wire and in the API, for example ``spo2``."""
        return self.name.lower()


class Quality(IntEnum):
    """How far a reading may be trusted; the value is its code in the database."""

    OK = 0
    MANUAL = 1
    POOR = 2
    CALIBRATING = 3
    QUESTIONABLE = 4
    UNSYNCHRONISED = 5

    @property
    def scored(self) -> bool:
        """Whether a reading of this quality may enter a score."""
        return self in (Quality.OK, Quality.MANUAL)


class Acvpu(IntEnum):
    """Level of consciousness as NEWS2 names it."""

    ALERT = 0
    CONFUSION = 1
    VOICE = 2
    PAIN = 3
    UNRESPONSIVE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFacts:
    """One metric's unit (UCUM), code (LOINC) and ranges, in its own unit, ends included.

    Attributes:
        loinc: by which other systems know the metric; None: there is none for it.
    """

    label: str
    unit: str
    loinc: str | None
    reject: tuple[float, float]
    plausible: tuple[float, float]

    @property
    def code_system(self) -> str | None:
        """The system of the code; None where there is no code."""
        return LOINC if self.loinc else None


FACTS: dict[Metric, MetricFacts] = {
    Metric.HR: MetricFacts(
        label="Heart rate", unit="/min", loinc="8867-4", reject=(0, 350), plausible=(20, 250)
    ),
    Metric.SPO2: MetricFacts(
        label="SpO2", unit="%", loinc="59408-5", reject=(0, 100), plausible=(50, 100)
    ),
    Metric.RR: MetricFacts(
        label="Breathing rate", unit="/min", loinc="9279-1", reject=(0, 120), plausible=(4, 60)
    ),
    Metric.TEMP: MetricFacts(
        label="Temperature", unit="Cel", loinc="8310-5", reject=(20, 47), plausible=(30, 43)
    ),
    Metric.SBP: MetricFacts(
        label="Systolic", unit="mm[Hg]", loinc="8480-6", reject=(20, 375), plausible=(50, 260)
    ),
    Metric.DBP: MetricFacts(
        label="Diastolic", unit="mm[Hg]", loinc="8462-4", reject=(5, 375), plausible=(20, 160)
    ),
    Metric.GLUCOSE: MetricFacts(
        label="Glucose", unit="mg/dL", loinc="2339-0", reject=(5, 2000), plausible=(30, 600)
    ),
    Metric.WEIGHT: MetricFacts(
        label="Weight", unit="kg", loinc="29463-7", reject=(1, 500), plausible=(25, 300)
    ),
    Metric.STEPS: MetricFacts(
        label="Steps", unit="{steps}", loinc="41950-7", reject=(0, 200_000), plausible=(0, 100_000)
    ),
    Metric.ACVPU: MetricFacts(
        label="Consciousness", unit="1", loinc="67775-7", reject=(0, 4), plausible=(0, 4)
    ),
    Metric.O2: MetricFacts(label="Oxygen", unit="1", loinc=None, reject=(0, 1), plausible=(0, 1)),
    Metric.BATTERY: MetricFacts(
        label="Battery", unit="%", loinc=None, reject=(0, 100), plausible=(0, 100)
    ),
}

METRIC_BY_NAME: dict[str, Metric] = {metric.wire_name: metric for metric in Metric}
CLINICAL: frozenset[Metric] = frozenset(Metric) - {Metric.BATTERY, Metric.STEPS}
"""Metrics that say something of the person's state; the others are about device or habit."""
