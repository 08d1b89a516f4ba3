"""Templates of plans at home by condition: goals, tasks and what to know, each with its source.

A template is where a clinician begins: nothing of it holds until somebody has read it, changed
what does not fit the person, and saved it under their own name. What names no source is proposed;
how the others were checked stands in docs/clinical.md. Medicines are no part of a template: they
are the person's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from analytics.ward.home_tasks import EVERY_DAY, TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateTask:
    """A task as a template proposes it; ``times`` as HH:MM."""

    kind: TaskKind
    words: str
    times: tuple[str, ...]
    subject: str | None = None
    days: tuple[int, ...] = EVERY_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTemplate:
    """A plan to begin with.

    Attributes:
        title: as the person reads it.
        goals: in plain words.
        tasks: what to do and when.
        education: what to know.
        review_days: after so many days somebody looks at it again (proposed).
        source: where goals and tasks come from, for who chooses it.
    """

    title: str
    goals: tuple[str, ...]
    tasks: tuple[TemplateTask, ...]
    education: tuple[str, ...]
    review_days: int
    source: str


_WALK: Final = TemplateTask(
    kind=TaskKind.WALK, words="Walk for 30 minutes, as fast as you can still talk", times=("10:00",)
)
_MORNING, _EVENING = "08:00", "19:00"
TEMPLATES: Final[Mapping[str, PlanTemplate]] = MappingProxyType(
    {
        "heart_failure": PlanTemplate(
            title="Living with heart failure",
            goals=("A steady weight: no more than 2 kg up within 3 days",),
            tasks=(
                TemplateTask(
                    kind=TaskKind.MEASURE,
                    subject="weight",
                    words="Weigh yourself before breakfast, after the toilet",
                    times=("07:30",),
                ),
                TemplateTask(
                    kind=TaskKind.MEASURE,
                    subject="sbp",
                    words="Measure your blood pressure and pulse, sitting",
                    times=(_MORNING,),
                ),
                TemplateTask(
                    kind=TaskKind.ANSWER,
                    subject="symptom_diary",
                    words="Answer the questions about how you feel",
                    times=(_EVENING,),
                ),
            ),
            education=(
                "Tell us if you gain more than 2 kg within 3 days, or if breathing gets harder.",
                "Swollen legs, or more pillows at night, are signs to tell us of.",
            ),
            review_days=28,
            source="ESC guidelines on heart failure 2021, as quoted (sudden gain of over 2 kg in"
            " 3 days, swelling, breathlessness); times, pressure and the review are proposed",
        ),
        "copd": PlanTemplate(
            title="Living with COPD",
            goals=("Notice a flare-up within a day",),
            tasks=(
                TemplateTask(
                    kind=TaskKind.MEASURE,
                    subject="spo2",
                    words="Measure your oxygen at rest, with a warm finger",
                    times=(_MORNING, _EVENING),
                ),
                TemplateTask(
                    kind=TaskKind.ANSWER,
                    subject="mmrc",
                    words="Answer the question about your breath",
                    times=(_EVENING,),
                    days=(7,),
                ),
                TemplateTask(
                    kind=TaskKind.ANSWER,
                    subject="symptom_diary",
                    words="Answer the questions about how you feel",
                    times=(_EVENING,),
                ),
                _WALK,
            ),
            education=(
                "More breathlessness, more phlegm or another colour of it: tell us the same day.",
                "Breathe out slowly through pursed lips when you are short of breath.",
            ),
            review_days=28,
            source="GOLD report (mMRC); Anthonisen 1987 (breathlessness, phlegm, its colour);"
            " oxygen, times and the review are proposed",
        ),
        "diabetes": PlanTemplate(
            title="Living with diabetes",
            goals=("Blood sugar before meals of 80 to 130 mg/dL (4.4 to 7.2 mmol/L)",),
            tasks=(
                TemplateTask(
                    kind=TaskKind.MEASURE,
                    subject="glucose",
                    words="Measure your blood sugar before the meal",
                    times=("07:30", "12:00", "18:30"),
                ),
                _WALK,
            ),
            education=(
                "Below 70 mg/dL (3.9 mmol/L): take 15 g of glucose, measure after 15 minutes.",
                "Still below 70: take it again and measure again. Then eat something.",
                "If you cannot swallow or are confused, somebody must call the emergency number.",
                "Look at your feet every evening.",
            ),
            review_days=90,
            source="ADA Standards of Care (before meals 80-130 mg/dL; below 70 mg/dL 15 g, again"
            " after 15 minutes); times, walking and the review are proposed",
        ),
        "hypertension": PlanTemplate(
            title="Blood pressure at home",
            goals=("An average at home below 135/85 mmHg (below 145/85 from 80 years on)",),
            tasks=(
                TemplateTask(
                    kind=TaskKind.MEASURE,
                    subject="sbp",
                    words="Sit quietly for 5 minutes, then measure your blood pressure twice, a"
                    " minute apart",
                    times=(_MORNING, _EVENING),
                ),
                _WALK,
            ),
            education=(
                "Measure before your medicine, arm at the height of the heart, without talking.",
                "Less salt and alcohol, and walking, each lower the pressure.",
            ),
            review_days=28,
            source="NICE NG136 (5 mmHg below 140/90, from 80 years on 150/90, at home; two"
            " measurements a minute apart); for how many days, and the review, are proposed",
        ),
        "after_surgery": PlanTemplate(
            title="At home after your operation",
            goals=("Pain of 3 or less at rest", "No fever"),
            tasks=(
                TemplateTask(
                    kind=TaskKind.MEASURE,
                    subject="temp",
                    words="Measure your temperature",
                    times=(_MORNING, _EVENING),
                ),
                TemplateTask(
                    kind=TaskKind.ANSWER,
                    subject="pain",
                    words="Answer the question about pain",
                    times=(_MORNING, _EVENING),
                ),
                TemplateTask(
                    kind=TaskKind.WALK,
                    words="Get up and walk around your home",
                    times=("10:00", "15:00"),
                ),
            ),
            education=(
                "Redness, pus, more pain at the wound or a fever: tell us the same day.",
                "A swollen, painful calf: call us at once, at night too.",
                "Sudden breathlessness or pain in the chest: call the emergency number.",
            ),
            review_days=14,
            source="signs to tell of: NHS (wound infection, deep vein thrombosis); goals, tasks,"
            " times and the review are proposed",
        ),
    }
)
