"""Forms of one person's limits, on admission and in a change.

Limits are a clinician's own for one person. They must lie within what the metric can be at all
(``analytics.domain.vitals``), and low below high, else a typing error could silence a limit.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StrictBool,
    StringConstraints,
    model_serializer,
    model_validator,
)

from analytics.domain.vitals import CLINICAL, FACTS, METRIC_BY_NAME, Metric
from api.forms.patch import Kept
from api.forms.timestamps import Moment

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
Scale = Annotated[Literal[1, 2], Field(description="2 only on a competent clinician's decision")]


class LimitForm(BaseModel):
    """One metric's limits in its unit; null is no limit on that side, left out is the ward's.

    ``confirm`` and ``reason`` go with an unusual one, which must have an ``until``.
    """

    model_config = ConfigDict(extra="forbid")

    low: Annotated[float | None, Field(allow_inf_nan=False)] = None
    high: Annotated[float | None, Field(allow_inf_nan=False)] = None
    until: Moment | None = None
    confirm: StrictBool = False
    reason: Reason | None = None

    @model_serializer(mode="wrap")
    def _as_said(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what was left out: null would say that there is no limit."""
        told: dict[str, Any] = dump(self)
        shown = self.model_fields_set - {"confirm", "reason"}
        return {name: at for name, at in told.items() if name in shown}

    @model_validator(mode="after")
    def _ordered(self) -> "LimitForm":
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        return self

    def sides(self) -> dict[str, float | None]:
        """The sides that were said."""
        said = {"low": self.low, "high": self.high}
        return {side: at for side, at in said.items() if side in self.model_fields_set}


def _known_limits(limits: dict[str, LimitForm]) -> dict[str, LimitForm]:
    for name, limit in limits.items():
        metric = METRIC_BY_NAME.get(name)
        if metric is None or metric not in CLINICAL or metric in {Metric.ACVPU, Metric.O2}:
            raise ValueError(f"{name} is not a metric that can have limits")
        lowest, highest = FACTS[metric].reject
        for value in (limit.low, limit.high):
            if value is not None and not lowest <= value <= highest:
                raise ValueError(f"{name} must be {lowest:g} to {highest:g}")
    return limits


Limits = Annotated[dict[str, LimitForm], AfterValidator(_known_limits)]


class SaidOfLimits(BaseModel):
    """What a change may say of how one person is judged.

    ``confirm``, ``reason`` and, unless it is a pause's, ``until`` hold for every limit that is new.
    """

    model_config = ConfigDict(extra="forbid")

    spo2_scale: Annotated[Scale | None, Kept] = None
    limits: Annotated[Limits | None, Kept] = None
    profile: Annotated[str | None, Field(max_length=60)] = None
    settings: Annotated[dict[str, Any] | None, Field(max_length=20)] = None
    confirm: StrictBool = False
    reason: Reason | None = None
    state: Annotated[Literal["active", "paused", "discharged"] | None, Kept] = None
    until: Moment | None = None

    def limits_until(self) -> datetime | None:
        """Until when the limits hold: ``until`` where it comes with limits and is no pause's."""
        of_limits = self.limits is not None and "state" not in self.model_fields_set
        return self.until if of_limits else None

    def changes_more(self) -> bool:
        """Whether anything but the oxygen scale is said of the care plan."""
        return bool(self.limits or self.model_fields_set & {"profile", "settings"})

    def replans(self) -> bool:
        """Whether anything of the care plan is said."""
        return bool(self.model_fields_set & {"spo2_scale", "limits", "profile", "settings"})
