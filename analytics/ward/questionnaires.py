"""Questionnaires that people answer at home or on the telephone: questions and sources.

Their shape is that of FHIR's Questionnaire: items with a ``linkId``, answer options with a value,
and ``enableWhen`` for a question that is asked only after an answer. PHQ-9 is free to reproduce,
translate and use without permission (Pfizer's note with the instrument; Kroenke 2001); the mMRC
scale is the Medical Research Council's (Fletcher 1960; as in the GOLD report); the numeric rating
of pain is in the public domain. The diary and the call are proposed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question.

    Attributes:
        asked: the words for the person who answers.
        options: words of each answer by its value, the calmest first.
        after: the question and the least value of its answer from which this one is asked; None: it
            is always asked.
        scored: whether its value counts in the sum.
        optional: whether it may be left out.
    """

    asked: str
    options: Mapping[int, str]
    after: tuple[str, int] | None = None
    scored: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A set of questions.

    Attributes:
        title: as it is shown.
        items: questions by ``linkId``, in their order.
        source: whose it is, and on what terms.
        version: raised when questions or answers change.
        loinc: code of the instrument, where it has one.
        staff: whether only the staff answer it, speaking with the person.
        sums: whether the values make a score.
    """

    title: str
    items: Mapping[str, Item]
    source: str
    version: str = "1"
    loinc: str | None = None
    staff: bool = False
    sums: bool = False


_OFTEN: Final = MappingProxyType(
    {0: "Not at all", 1: "Several days", 2: "More than half the days", 3: "Nearly every day"}
)
_HARD: Final = MappingProxyType(
    {
        0: "Not difficult at all",
        1: "Somewhat difficult",
        2: "Very difficult",
        3: "Extremely difficult",
    }
)
_PHQ9: Final = (
    "Little interest or pleasure in doing things",
    "Feeling down, depressed, or hopeless",
    "Trouble falling or staying asleep, or sleeping too much",
    "Feeling tired or having little energy",
    "Poor appetite or overeating",
    (
        "Feeling bad about yourself, or that you are a failure or have let yourself or your family"
        " down"
    ),
    "Trouble concentrating on things, such as reading the newspaper or watching television",
    (
        "Moving or speaking so slowly that other people could have noticed. Or the opposite: being"
        " so fidgety or restless that you have been moving around a lot more than usual"
    ),
    "Thoughts that you would be better off dead, or of hurting yourself in some way",
)
_LEVELS: Final = MappingProxyType({0: "No", 1: "A little", 2: "Yes, clearly", 3: "Yes, badly"})
_YES: Final = MappingProxyType({0: "No", 1: "Yes"})

QUESTIONNAIRES: Final[Mapping[str, Questionnaire]] = MappingProxyType(
    {
        "mmrc": Questionnaire(
            title="Breathlessness in daily life (mMRC)",
            items={
                "breath": Item(
                    asked="Which of these fits you best at present?",
                    options={
                        0: "I only get breathless with strenuous exercise",
                        1: "I get short of breath when hurrying on level ground or walking up a"
                        " slight hill",
                        2: "On level ground I walk slower than people of my age because of"
                        " breathlessness, or have to stop for breath at my own pace",
                        3: "I stop for breath after walking about 100 metres, or after a few"
                        " minutes, on level ground",
                        4: "I am too breathless to leave the house, or breathless when dressing or"
                        " undressing",
                    },
                )
            },
            source="modified MRC dyspnoea scale (Fletcher 1960; GOLD report)",
            version="2",
            sums=True,
        ),
        "pain": Questionnaire(
            title="Pain",
            items={
                "now": Item(
                    asked="How strong is your pain now? 0 is none, 10 the worst you can imagine.",
                    options={n: str(n) for n in range(11)},
                ),
                "new": Item(
                    asked="Is this pain new, or much stronger than yesterday?",
                    options=_YES,
                    after=("now", 4),
                    scored=False,
                ),
                "where": Item(
                    asked="Is it in your chest?", options=_YES, after=("now", 1), scored=False
                ),
            },
            source="numeric rating scale, 0 to 10 (public domain)",
            loinc="72514-3",
            sums=True,
        ),
        "phq9": Questionnaire(
            title="How you have felt in the last two weeks (PHQ-9)",
            items={
                **{f"q{n}": Item(asked=words, options=_OFTEN) for n, words in enumerate(_PHQ9, 1)},
                "difficulty": Item(
                    asked="If you checked off any problems, how difficult have these problems made"
                    " it for you to do your work, take care of things at home, or get along with"
                    " other people?",
                    options=_HARD,
                    scored=False,
                    optional=True,
                ),
            },
            source="PHQ-9 (Spitzer, Williams, Kroenke; Pfizer): no permission needed to reproduce,"
            " translate, display or distribute",
            version="2",
            loinc="44249-1",
            sums=True,
        ),
        "symptom_diary": Questionnaire(
            title="How I feel today",
            items={
                "breath": Item(asked="Is it harder to breathe than usual?", options=_LEVELS),
                "rest": Item(
                    asked="Also when you sit still?",
                    options=_YES,
                    after=("breath", 2),
                    scored=False,
                ),
                "cough": Item(asked="Do you cough more than usual?", options=_LEVELS),
                "phlegm": Item(
                    asked="Is there more phlegm, or has its colour changed?",
                    options=_YES,
                    after=("cough", 1),
                ),
                "swelling": Item(asked="Are your legs or ankles swollen?", options=_LEVELS),
                "sleep": Item(
                    asked="Did you need more pillows, or sit up, to sleep?", options=_YES
                ),
                "tired": Item(asked="Are you more tired than usual?", options=_LEVELS),
            },
            source="proposed",
            sums=True,
        ),
        "structured_call": Questionnaire(
            title="Structured call",
            items={
                "acvpu": Item(
                    asked="How is the person when you speak with them?",
                    options={
                        0: "Alert",
                        1: "New confusion",
                        2: "Responds to voice alone",
                        3: "Responds to pain alone",
                        4: "Unresponsive",
                    },
                    scored=False,
                ),
                "o2": Item(
                    asked="Are they on supplemental oxygen?",
                    options={0: "No, on air", 1: "Yes, on oxygen"},
                    scored=False,
                ),
                "breath": Item(
                    asked="Can they finish a sentence without stopping for breath?",
                    options={0: "Yes", 1: "No"},
                    scored=False,
                    optional=True,
                ),
            },
            source="ACVPU and oxygen as NEWS2 asks them (RCP, 2017); the rest is proposed",
            staff=True,
        ),
    }
)

OWN_QUESTIONNAIRES: Final[Mapping[str, Questionnaire]] = MappingProxyType(
    {name: form for name, form in QUESTIONNAIRES.items() if not form.staff}
)
"""What patients answer themselves; it stands in their page's frame, to be answered offline."""
