"""The list of everything that can be set, one entry for each value, made from the declarations."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from analytics.domain.care import Limit
from analytics.domain.vitals import CLINICAL, FACTS, Metric
from analytics.settings.bounds import CRITICAL, bounds_of
from analytics.settings.declared import FIXED, OWNERS, Declared
from analytics.settings.profiles import PROFILES

__all__ = ["CATALOG", "FIXED", "GROUPS", "PROFILES", "Setting", "Value"]

Value = float | str | None
"""As it is told and stored: a number in the setting's unit (None: no limit on that side), the
chosen word, a person's id, or a text."""

GROUPS: Mapping[str, str] = {
    "limits": "Limits: outside them is a violation",
    "pregnancy": "Limits in pregnancy, in place of the ward's",
    "critical": "Absolute limits: a value beyond them calls at once",
    "margins": "How far inside a limit a value must be to end the alert",
    "apart": "By how much two devices of one patient may differ",
    "ages": "How old a measurement may be and still count",
    "sessions": "Readings so near a bad one are one measurement with it; 0: a stream",
    "delays": "For how long something must last",
    "rules": "Rules",
    "trends": "How much of a change, or of a lack, over time is told",
    "observation": "How often a person is to be observed, by the band of NEWS2",
    "deadlines": "By when somebody should have responded",
    "ladder": "When it calls again, and for how long an answer holds",
    "rungs": "Who is called first, and who when nobody answers",
    "steps": "How long each of them has to acknowledge; 0: the share of the deadline",
    "contact": "Whom to ring",
    "equipment": "When devices are told of",
    "retention": "How long things are kept",
    "budget": "How many calls the ward's people can answer",
}
_LIMITED = sorted(CLINICAL - {Metric.ACVPU, Metric.O2, Metric.WEIGHT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value that can be set.

    Attributes:
        path: its name, for example ``limits.hr.high``.
        owner: the policy whose field it is.
        field: of that policy.
        metric: of which metric, where there is one for each.
        side: ``low`` or ``high`` of a limit.
        unit: of the value (UCUM).
        low: least value that is taken.
        high: greatest.
        soft: outside these it must be confirmed.
        scale: what the value is multiplied by in the field.
        whole: whether only whole numbers make sense.
        none: whether null, no limit, may be set.
        choices: of a word that is chosen: each with what it means.
        people: of a person who is chosen, whose: ``rota`` or ``coordinators``; empty: nobody.
        pattern: what a text must match as a whole, and how that is said; it may be empty.
        patient: whether it may be set for one patient.
        default: what applies until somebody sets it.
        source: what it means, and where the default comes from.
    """

    path: str
    owner: type
    field: str
    unit: str
    low: float
    high: float
    default: Value
    source: str
    choices: Mapping[str, str]
    metric: Metric | None = None
    side: str | None = None
    soft: tuple[float, float] | None = None
    scale: int = 1
    whole: bool = False
    none: bool = False
    patient: bool = False
    people: str = ""
    pattern: tuple[str, str] = ("", "")

    @property
    def kind(self) -> str:
        """``number``, ``choice``, ``person`` or ``text``."""
        if self.people:
            return "person"
        if self.choices:
            return "choice"
        return "text" if self.pattern[0] else "number"

    @property
    def group(self) -> str:
        """The first part of the name."""
        return self.path.partition(".")[0]


def described(owner: type) -> Mapping[str, str]:
    """Return what the docstring of a policy says of each of its fields."""
    text = (inspect.getdoc(owner) or "").partition("Attributes:\n")[2]
    parts = re.split(r"^ {4}(\w+): ", text, flags=re.MULTILINE)[1:]
    return {
        name: " ".join(said.split()) for name, said in zip(parts[::2], parts[1::2], strict=True)
    }


class _Field(NamedTuple):
    """One field of a policy, as it is declared and described."""

    owner: type
    name: str
    declared: Declared
    says: str


def _settings() -> Iterator[Setting]:
    for owner, declared in OWNERS.items():
        says, defaults = described(owner), owner()
        for name, how in declared.items():
            yield from _of(_Field(owner, name, how, says[name]), getattr(defaults, name))


def _of(field: _Field, default: object) -> Iterator[Setting]:
    if not isinstance(default, Mapping):
        yield _one(field, default)
    elif field.declared.kind == "limits":
        everywhere = field.declared.group == "limits"
        for metric in _LIMITED:
            if everywhere or metric in default:
                yield from _limits(field, metric, default.get(metric, Limit()))
    else:
        for code, value in default.items():
            yield _one(field, value, Metric(code))


def _one(field: _Field, default: object, metric: Metric | None = None) -> Setting:
    declared = field.declared
    if isinstance(default, str):
        return _word(field, default)
    if not isinstance(default, int | float):
        raise TypeError(f"{field.name} cannot be set by one number")
    unit = FACTS[metric].unit if declared.unit is None and metric is not None else declared.unit
    return Setting(
        path=f"{declared.group}.{declared.name if metric is None else metric.wire_name}",
        owner=field.owner,
        field=field.name,
        unit=unit or "1",
        low=declared.low,
        high=declared.high,
        default=default / declared.scale,
        source=field.says,
        choices=declared.choices,
        metric=metric,
        scale=declared.scale,
        whole=declared.whole,
        patient=declared.patient,
    )


def _word(field: _Field, default: str) -> Setting:
    """A setting that is no number: a choice, a person, or a text."""
    declared = field.declared
    return Setting(
        path=f"{declared.group}.{declared.name}",
        owner=field.owner,
        field=field.name,
        unit="",
        low=0.0,
        high=0.0,
        default=default,
        source=field.says,
        choices=declared.choices,
        people=declared.people,
        pattern=declared.pattern,
    )


def _limits(field: _Field, metric: Metric, default: Limit) -> Iterator[Setting]:
    """The two sides of one metric; absolute limits only where there is one, never to be lost."""
    absolute = field.declared.group == "critical"
    for side in ("low", "high"):
        bounds = bounds_of(metric, side)
        hard = CRITICAL.get((metric, side)) if absolute else bounds.hard
        if hard is None:
            continue
        yield Setting(
            path=f"{field.declared.group}.{metric.wire_name}.{side}",
            owner=field.owner,
            field=field.name,
            unit=FACTS[metric].unit,
            low=hard[0],
            high=hard[1],
            default=getattr(default, side),
            source=field.says,
            choices=field.declared.choices,
            metric=metric,
            side=side,
            soft=None if absolute else bounds.soft,
            none=not absolute,
        )


CATALOG: Mapping[str, Setting] = {setting.path: setting for setting in _settings()}
"""Everything that can be set, by its name."""
