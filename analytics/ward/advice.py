"""Advice and reminders to a patient, with their own numbers: templates, and what fills them; pure.

A template is where a clinician begins. What stands in braces is filled from the record: the newest
good reading with its unit and when it was taken, the limit that holds. What the record does not
have stays in braces and is named, so that it is never read as normal: such words cannot be sent.
What names no source is proposed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from analytics.domain.vitals import METRIC_BY_NAME, Metric
from analytics.domain.wording import amount

_BLANK: Final = re.compile(r"\{([a-z0-9_]+)\}")
_MMOL: Final = 18.016
"""mg/dL of glucose in one mmol/L."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceTemplate:
    """Words to begin with.

    Attributes:
        title: as a clinician chooses it.
        text: as the patient reads it, with blanks in braces.
        source: where it comes from.
    """

    title: str
    text: str
    source: str = "proposed"


TEMPLATES: Final[Mapping[str, AdviceTemplate]] = MappingProxyType(
    {
        "oxygen_low": AdviceTemplate(
            title="Oxygen is low",
            text="Your oxygen was {spo2}. It should not fall below {spo2_low}. Sit upright, breathe"
            " calmly, warm your finger and measure again in 15 minutes. If it stays as low or"
            " breathing gets harder, call us. If you cannot speak a sentence, call the emergency"
            " number.",
        ),
        "weight_up": AdviceTemplate(
            title="Weight has gone up",
            text="Your weight was {weight}. Weigh yourself every morning before breakfast. Tell us"
            " the same day if it goes up by more than 2 kg within 3 days, if your legs swell, or"
            " if breathing gets harder.",
            source="ESC guidelines on heart failure 2021, as quoted; words proposed",
        ),
        "pressure_high": AdviceTemplate(
            title="Blood pressure is high",
            text="Your blood pressure was {sbp} over {dbp}. It should stay below {sbp_high}. Sit"
            " quietly for 5 minutes, then measure twice, a minute apart. With chest pain,"
            " trouble speaking or weakness of one side, call the emergency number.",
            source="AHA, as quoted (two measurements a minute apart); words proposed",
        ),
        "glucose_low": AdviceTemplate(
            title="Blood sugar is low",
            text="Your blood sugar was {glucose}. Below 70 mg/dL (3.9 mmol/L) take 15 g of glucose"
            " or sugar and measure again after 15 minutes. If it is still below, take it again."
            " Then eat something.",
            source="ADA Standards of Care, as quoted; words proposed",
        ),
        "fever": AdviceTemplate(
            title="Temperature is raised",
            text="Your temperature was {temp}. Drink enough, rest, and measure again this evening."
            " Call us if it is above {temp_high} or you feel worse.",
        ),
        "pulse": AdviceTemplate(
            title="Pulse",
            text="Your pulse was {hr}. Rest for 10 minutes and measure again, sitting. It should"
            " stay between {hr_low} and {hr_high}. With chest pain or if you nearly faint, call"
            " the emergency number.",
        ),
        "measure": AdviceTemplate(
            title="Reminder to measure",
            text="Please measure today what your plan asks for. We have not had all of it.",
        ),
        "medicine": AdviceTemplate(
            title="Reminder of medicines",
            text="Please take your medicines as your plan says, also when you feel well. If you"
            " have trouble with one of them, do not stop it by yourself: write to us.",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestReading:
    """The newest good reading of a metric, and when it was taken, in words."""

    value: float
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledAdvice:
    """A template as it is shown before it is sent; ``missing`` names what nobody knows."""

    text: str
    missing: tuple[str, ...]


def filled(
    text: str,
    newest: Mapping[Metric, NewestReading],
    limits: Mapping[Metric, tuple[float | None, float | None]],
) -> FilledAdvice:
    """Return a template with the patient's own numbers.

    Args:
        text: with blanks.
        newest: good readings by metric.
        limits: the limits in force, low and high, by metric.
    """
    missing: list[str] = []

    def put(found: re.Match[str]) -> str:
        said = _said(found[1], newest, limits)
        if said is None:
            missing.append(found[1])
        return found[0] if said is None else said

    return FilledAdvice(text=_BLANK.sub(put, text), missing=tuple(dict.fromkeys(missing)))


def blanks(text: str) -> list[str]:
    """Return what stands in braces still."""
    return list(dict.fromkeys(_BLANK.findall(text)))


def _said(
    blank: str,
    newest: Mapping[Metric, NewestReading],
    limits: Mapping[Metric, tuple[float | None, float | None]],
) -> str | None:
    name, _, side = blank.partition("_")
    metric = METRIC_BY_NAME.get(name)
    if metric is None:
        return None
    if side in {"low", "high"}:
        limit = limits.get(metric, (None, None))[side == "high"]
        return None if limit is None else _amount(metric, limit)
    reading = newest.get(metric)
    if reading is None or side:
        return None
    return f"{_amount(metric, reading.value)} ({reading.when})"


def _amount(metric: Metric, value: float) -> str:
    """Return a value with its unit; of glucose in both, so that neither is taken for the other."""
    said = amount(int(metric), value)
    return f"{said} ({value / _MMOL:.1f} mmol/L)" if metric is Metric.GLUCOSE else said
