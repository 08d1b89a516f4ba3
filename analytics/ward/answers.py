"""What answers to a questionnaire come to: questions asked, the sum, what is to be told.

Pure. An answer gives a reason to an alert by a rule that names its source; no answer ends, delays
or outweighs another finding, and a question that was not answered is not answered with "no".

Rules: pain of 7 or more is severe (Serlin 1995, Pain 61:277), of 4 or more and
new to be looked at, in the chest at once (what the NHS says to call an ambulance for); PHQ-9 of 10
or more is at least moderate depression, of 20 severe (Kroenke 2001, J Gen Intern Med 16:606), and
any answer but "not at all" to its ninth question asks for somebody to speak with the person today;
an mMRC of 4 means breathless when dressing (GOLD), which is to be looked at. The diary's rules are
proposed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from analytics.domain.alerts import Priority
from analytics.ward.questionnaires import QUESTIONNAIRES, Item, Questionnaire

RULE: Final = "questionnaire/1"
CONDITION: Final = "questionnaire"
Answers = Mapping[str, int]


class WrongAnswerError(ValueError):
    """An answer that the questionnaire does not have; ``field`` names the question."""

    def __init__(self, field: str, why: str) -> None:
        """Keep which."""
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """What somebody is to look at.

    Attributes:
        priority: how soon.
        words: for a clinician.
        source: of the rule.
    """

    priority: Priority
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredForm:
    """What came of the answers.

    Attributes:
        score: the sum, None where the questionnaire has none or a scored answer is missing.
        most: the highest sum that there is, None where there is none.
        told: what the rules say, the most urgent first.
    """

    score: int | None
    most: int | None
    told: tuple[RuleWords, ...]


def asked(form: Questionnaire, answers: Answers) -> dict[str, Item]:
    """Return the questions that are asked, given the answers so far."""
    found: dict[str, Item] = {}
    for name, item in form.items.items():
        if item.after is None or (
            item.after[0] in found and answers.get(item.after[0], -1) >= item.after[1]
        ):
            found[name] = item
    return found


def answered(name: str, answers: Answers) -> AnsweredForm:
    """Return what the answers come to.

    Args:
        name: of one of :data:`~analytics.ward.questionnaires.QUESTIONNAIRES`.
        answers: the value chosen, by ``linkId``.

    Raises:
        WrongAnswerError: a question that was not asked, a value that is none of its, or a question
            that is left open.
    """
    form = QUESTIONNAIRES[name]
    wanted = asked(form, answers)
    for link, value in answers.items():
        if link not in wanted:
            raise WrongAnswerError(link, "is not asked")
        if value not in wanted[link].options:
            raise WrongAnswerError(link, "is none of the answers")
    for link, item in wanted.items():
        if link not in answers and not item.optional:
            raise WrongAnswerError(link, "is not answered")
    scored = {link: item for link, item in wanted.items() if item.scored}
    score = sum(answers[link] for link in scored if link in answers) if form.sums else None
    most = sum(max(item.options) for item in form.items.values() if item.scored)
    told = [
        RuleWords(priority=rule.priority, words=rule.words, source=rule.source)
        for rule in _RULES.get(name, ())
        if rule.holds(answers, score or 0)
    ]
    told.sort(key=lambda one: _ORDER.index(one.priority))
    return AnsweredForm(score=score, most=most if form.sums else None, told=tuple(told))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    holds: Callable[[Answers, int], bool]
    priority: Priority
    words: str
    source: str


_SEVERE_PAIN: Final = 7
_BREATHLESS_DRESSING: Final = 4
_CLEARLY: Final = 2
_DEPRESSION: Final = 10
_SEVERE_DEPRESSION: Final = 20
_ORDER: Final = (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
_NHS: Final = "what the NHS says to call an ambulance for"
_KROENKE: Final = "Kroenke 2001"
_RULES: Final[Mapping[str, tuple[_Rule, ...]]] = MappingProxyType(
    {
        "pain": (
            _Rule(
                holds=lambda given, _: given.get("where") == 1,
                priority=Priority.HIGH,
                words="pain in the chest",
                source=_NHS,
            ),
            _Rule(
                holds=lambda given, _: given["now"] >= _SEVERE_PAIN,
                priority=Priority.MEDIUM,
                words="severe pain (7 of 10 or more)",
                source="Serlin 1995; priority proposed",
            ),
            _Rule(
                holds=lambda given, _: given.get("new") == 1,
                priority=Priority.MEDIUM,
                words="pain that is new or much stronger",
                source="proposed",
            ),
        ),
        "mmrc": (
            _Rule(
                holds=lambda given, _: given["breath"] == _BREATHLESS_DRESSING,
                priority=Priority.MEDIUM,
                words="too breathless to leave the house, or when dressing (mMRC 4)",
                source="GOLD report; priority proposed",
            ),
        ),
        "phq9": (
            _Rule(
                holds=lambda given, _: given["q9"] > 0,
                priority=Priority.HIGH,
                words="thoughts of being better off dead or of self-harm (PHQ-9, question 9):"
                " speak with them today",
                source="PHQ-9 manual: any positive answer is assessed; priority proposed",
            ),
            _Rule(
                holds=lambda _, score: score >= _SEVERE_DEPRESSION,
                priority=Priority.MEDIUM,
                words="severe depression by PHQ-9 (20 or more)",
                source=_KROENKE,
            ),
            _Rule(
                holds=lambda _, score: _DEPRESSION <= score < _SEVERE_DEPRESSION,
                priority=Priority.LOW,
                words="at least moderate depression by PHQ-9 (10 or more)",
                source=_KROENKE,
            ),
        ),
        "symptom_diary": (
            _Rule(
                holds=lambda given, _: given.get("rest") == 1,
                priority=Priority.HIGH,
                words="more breathless, also at rest",
                source=_NHS,
            ),
            _Rule(
                holds=lambda given, _: given["breath"] >= _CLEARLY and given.get("rest") != 1,
                priority=Priority.MEDIUM,
                words="clearly more breathless than usual",
                source="proposed",
            ),
            _Rule(
                holds=lambda given, _: given["swelling"] >= _CLEARLY or given["sleep"] == 1,
                priority=Priority.MEDIUM,
                words="swollen legs, or more pillows needed to sleep",
                source="ESC guidelines on heart failure 2021; priority proposed",
            ),
            _Rule(
                holds=lambda given, _: given["cough"] >= 1 and given.get("phlegm") == 1,
                priority=Priority.MEDIUM,
                words="more phlegm, or another colour of it",
                source="Anthonisen 1987; priority proposed",
            ),
        ),
        "structured_call": (
            _Rule(
                holds=lambda given, _: given.get("breath") == 1,
                priority=Priority.MEDIUM,
                words="cannot finish a sentence without stopping for breath",
                source="BTS/SIGN asthma guideline (severe attack); priority proposed",
            ),
        ),
    }
)
