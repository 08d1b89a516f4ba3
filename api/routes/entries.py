"""Readings entered by staff: consciousness, oxygen, a counted breath rate.

They go into the patient's lane, where the gateway scores them in order like any frame; the answer
waits a moment for that, so that who enters a reading sees it at once.
"""

import asyncio
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from analytics.domain.care import Role
from analytics.domain.vitals import FACTS, METRIC_BY_NAME, Metric
from api.deps import CLINICIANS, Shared, Signed, acting, allow
from api.errors import ConflictError, InvalidError, NotFoundError
from api.moments import Moment
from api.services import Services
from api.store import patients, readings

router = APIRouter(tags=["readings"])
_AHEAD = timedelta(minutes=2)
_OLDEST = timedelta(days=7)
_WAIT_S = 2.0
_STEP_S = 0.04


def _ranged(metric: Metric) -> Any:  # noqa: ANN401 - pydantic's own type of a field
    low, high = FACTS[metric].reject
    return Field(default=None, ge=low, le=high, allow_inf_nan=False, description=FACTS[metric].unit)


class EnteredSample(BaseModel):
    """What was measured at one moment; units as on the wire."""

    model_config = ConfigDict(extra="forbid")

    t: Moment
    hr: float | None = _ranged(Metric.HR)
    spo2: float | None = _ranged(Metric.SPO2)
    rr: float | None = _ranged(Metric.RR)
    temp: float | None = _ranged(Metric.TEMP)
    sbp: float | None = _ranged(Metric.SBP)
    dbp: float | None = _ranged(Metric.DBP)
    glucose: float | None = _ranged(Metric.GLUCOSE)
    weight: float | None = _ranged(Metric.WEIGHT)
    steps: int | None = _ranged(Metric.STEPS)
    acvpu: int | None = _ranged(Metric.ACVPU)
    o2: int | None = _ranged(Metric.O2)

    @field_validator("*", mode="before")
    @classmethod
    def _numeric(cls, value: object, info: ValidationInfo) -> object:
        """A yes or a text is no measurement: ``true`` must not be kept as a pulse of 1."""
        if info.field_name != "t" and isinstance(value, bool | str):
            raise ValueError("must be a number")
        return value

    @model_validator(mode="after")
    def _something(self) -> "EnteredSample":
        if not self.measured():
            raise ValueError("holds no measurement")
        return self

    def measured(self) -> dict[str, float]:
        """Return what was measured, by the metric's name."""
        values = self.model_dump(exclude={"t"}, exclude_none=True)
        return {name: value for name, value in values.items() if name in METRIC_BY_NAME}


class Entry(BaseModel):
    """Samples that a named person measured or counted."""

    model_config = ConfigDict(extra="forbid")

    samples: Annotated[list[EnteredSample], Field(min_length=1, max_length=100)]


class Entered(BaseModel):
    """The entry; ``folded`` says whether it is scored already."""

    id: str
    folded: bool


@router.post(
    "/patients/{patient_id}/observations",
    status_code=201,
    dependencies=[allow(*CLINICIANS, Role.COORDINATOR)],
)
async def enter(patient_id: UUID, body: Entry, caller: Signed, services: Shared) -> Entered:
    """Enter readings of a patient in one's own name."""
    async with acting(services, caller) as work:
        row = await patients.record(work.conn, patient_id)
        if row is None:
            raise NotFoundError
        if row["state"] == "discharged":
            raise ConflictError("This patient is discharged.")
        for position, sample in enumerate(body.samples):
            if not work.now - _OLDEST <= sample.t <= work.now + _AHEAD:
                raise InvalidError(f"samples.{position}.t", "must be of the last 7 days")
        samples = [{"t": _millis(one), **one.measured()} for one in body.samples]
        entry_id = await readings.add_entry(work.conn, row, samples, caller.user_id, work.now)
        work.note("observations.enter", row["no"], entry=entry_id, samples=len(samples))
    return Entered(id=str(entry_id), folded=await _wait(services, caller, entry_id))


def _millis(sample: EnteredSample) -> int:
    return round(sample.t.timestamp() * 1000)


async def _wait(services: Services, caller: Signed, entry_id: int) -> bool:
    """Wait until the gateway has folded the entry; give up after 2 s, it will be later then."""
    deadline = asyncio.get_running_loop().time() + _WAIT_S
    while True:
        async with acting(services, caller) as work:
            if await readings.folded(work.conn, entry_id):
                return True
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(_STEP_S)
