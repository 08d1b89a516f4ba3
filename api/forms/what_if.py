"""What-if questions as callers send them: any ward, or scenarios of one's own; bounded in size."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST_DOCTORS, MOST_DEMANDS, MOST_PAIRS = 400, 5_000, 400_000
MOST_SECONDS = 30
"""Of all scenarios of one question: as long as one what-if may take."""
Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Skills = Annotated[list[Id], Field(max_length=50)]
Minutes = Annotated[float, Field(strict=True, ge=0, le=100_000, allow_inf_nan=False)]


class WhatIfDoctor(BaseModel):
    """Somebody who could work; ``reserve_minutes`` beside the others are for what must be done."""

    id: Id
    minutes: Minutes
    cost_per_hour: Annotated[float, Field(strict=True, ge=0, le=100_000, allow_inf_nan=False)] = 0.0
    skills: Skills = []
    max_patients: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None
    reserve_minutes: Minutes = 0.0


class WhatIfDemand(BaseModel):
    """One piece of work for one patient, as :class:`analytics.domain.rota.Demand` says."""

    patient: Id
    minutes: Minutes
    acuity: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    skills: Skills = []
    current_doctor: Id | None = None
    deadline_minutes: Minutes | None = None
    must: Annotated[bool, Field(strict=True)] = False
    later_minutes: Minutes = 0.0


class WhatIfResource(BaseModel):
    """Beds, kits or other things: ``used`` of ``count``, or one for each patient who is asked."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    count: Annotated[int, Field(strict=True, ge=0, le=100_000)]
    used: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None


class WhatIf(BaseModel):
    """A ward to plan for; nothing of it is stored."""

    doctors: Annotated[list[WhatIfDoctor], Field(max_length=MOST_DOCTORS)]
    demands: Annotated[list[WhatIfDemand], Field(max_length=MOST_DEMANDS)]
    pinned: Annotated[dict[Id, Id], Field(max_length=MOST_DEMANDS)] = {}
    resources: Annotated[list[WhatIfResource], Field(max_length=50)] = []
    time_limit_s: Annotated[float, Field(strict=True, ge=0.01, le=30, allow_inf_nan=False)] = 5.0

    @model_validator(mode="after")
    def _bounded(self) -> "WhatIf":
        if len({doctor.id for doctor in self.doctors}) < len(self.doctors):
            raise ValueError("doctors: two have the same id")
        if len(self.doctors) * len(self.demands) > MOST_PAIRS:
            raise ValueError(f"more than {MOST_PAIRS} pairs of doctor and demand")
        return self


class OneScenario(BaseModel):
    """How the ward would be different.

    ``demand`` is a factor on everybody's minutes, ``deadlines`` one on the time until each
    deadline: 0.5 is all of them in half the time. ``reviews`` and ``urgent`` are shares of those
    whose work is routine; ``admissions`` are so many patients more, who also need beds.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    away: Annotated[list[UUID], Field(max_length=MOST_DOCTORS)] = []
    extra: Annotated[list[WhatIfDoctor], Field(max_length=50)] = []
    demand: Annotated[float, Field(strict=True, ge=0.1, le=5)] = 1.0
    deadlines: Annotated[float, Field(strict=True, ge=0.1, le=5)] = 1.0
    admissions: Annotated[int, Field(strict=True, ge=0, le=1000)] = 0
    reviews: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.0
    urgent: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.0


class Scenarios(BaseModel):
    """Scenarios of the caller's ward, planned one after the other."""

    model_config = ConfigDict(extra="forbid")

    scenarios: Annotated[list[OneScenario], Field(min_length=1, max_length=8)]
    time_limit_s: Annotated[float, Field(strict=True, ge=0.01, le=30, allow_inf_nan=False)] = 3.0

    @model_validator(mode="after")
    def _bounded(self) -> "Scenarios":
        if len({one.name for one in self.scenarios}) < len(self.scenarios):
            raise ValueError("scenarios: two have the same name")
        if len(self.scenarios) * self.time_limit_s > MOST_SECONDS:
            raise ValueError(f"time_limit_s: more than {MOST_SECONDS} seconds in all")
        return self
