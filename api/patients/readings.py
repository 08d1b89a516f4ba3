"""One reading as it is told: by whom, how good, and whether it was entered in error."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from pydantic import BaseModel, Field

from analytics.domain.vitals import FACTS, Metric, Quality
from api.evidence.observation_ids import ObservationId
from api.services import Services
from api.store.types import Row
from api.vault import personal_data

FINAL, IN_ERROR = "final", "entered-in-error"


class Coded(BaseModel):
    """What a metric's name alone leaves open: its unit, and by which code others know it."""

    unit: str = Field(description="of the value, as UCUM writes it")
    code: str | None = Field(description="of LOINC; null: LOINC has none for it")
    code_system: str | None = Field(description="the code's system, as FHIR names it")


class CodeMembers(TypedDict):
    """The members of :class:`Coded`."""

    unit: str
    code: str | None
    code_system: str | None


def coded(metric: Metric) -> CodeMembers:
    """Return the members of :class:`Coded` for a metric."""
    facts = FACTS[metric]
    return CodeMembers(unit=facts.unit, code=facts.loinc, code_system=facts.code_system)


class Mark(BaseModel):
    """Who took a reading back, when and why; the reason is gone once the person is erased."""

    at: datetime
    by: UUID
    by_name: str | None
    reason: str | None


class ReadingPoint(Coded):
    """One reading: by a device, or entered by a person.

    Attributes:
        status: ``final``, or ``entered-in-error``: then it counts nowhere, and is told on request.
    """

    id: str
    time: datetime
    metric: str
    value: float
    quality: str
    status: str
    device: str | None
    entered_by: UUID | None
    entered_by_name: str | None
    received: datetime
    entered_in_error: Mark | None


def identity_of(row: Row, patient_no: int) -> ObservationId:
    """Return the identity of a reading's row."""
    return ObservationId(
        time=row["time"], patient_no=patient_no, metric=row["metric"], frame_id=row["frame_id"]
    )


def point_of(row: Row, patient_no: int, mark: Mark | None) -> ReadingPoint:
    """Return a reading's row as it is told."""
    metric = Metric(row["metric"])
    return ReadingPoint(
        id=identity_of(row, patient_no).text(),
        time=row["time"],
        metric=metric.wire_name,
        **coded(metric),
        value=row["value"],
        quality=Quality(row["quality"]).name.lower(),
        status=FINAL if mark is None else IN_ERROR,
        device=row["device"],
        entered_by=row["entered_by"],
        entered_by_name=row["entered_by_name"],
        received=row["received"],
        entered_in_error=mark,
    )


def mark_of(services: Services, row: Row, patient: Row | None) -> Mark | None:
    """Return the mark on a reading's row, None if it has none.

    Args:
        services: the vault opens the reason.
        row: a reading.
        patient: the patient's record, with the key's columns; None leaves the reason out.
    """
    if row["marked_at"] is None:
        return None
    reason = None
    if patient is not None:
        key = personal_data.patient_key(services.vault, patient)
        reason = personal_data.open_reason(key, patient["id"], row["reason"])
    return Mark(
        at=row["marked_at"], by=row["marked_by"], by_name=row["marked_by_name"], reason=reason
    )
