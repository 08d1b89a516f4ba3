"""Which words the pages of patients say: taken out of templates, scripts and data, as they stand.

``gathered()`` is what the catalogues must hold, no more and no less; ``literals()`` what stands in
the sources and goes round them.
"""

import io
import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract
from typing_extensions import override

from analytics.domain import acceptance
from analytics.rules.patient_report import QUESTIONS
from analytics.ward.home_tasks import TIME_TO
from analytics.ward.plain_names import MEASURE_WORDS
from analytics.ward.plan_templates import TEMPLATES
from analytics.ward.questionnaires import OWN_QUESTIONNAIRES
from api import errors
from api.dashboard import frames
from api.dashboard.modules import STATIC, preloads
from api.evidence.plain_actions import ACTIONS
from api.language.catalogues import path_of
from api.language.tongues import Tongue
from tests.support.script_text import Token, tokens

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = ("frame", "conversation", "image_glasses", "languages")
OF_STAFF: Final = (
    "messages/advice",
    "panel/",
    "parts/score",
    "words/news2",
    "words/conditions",
    "words/dangers",
    "words/vitals",
)
"""Scripts of the staff's that the room of a consultation loads too; they speak to doctors alone."""
REFUSALS: Final = (
    "api/auth",
    "api/consult",
    "api/patients/answering.py",
    "api/routes/call_requests.py",
    "api/routes/channels.py",
    "api/routes/consultation_rooms.py",
    "api/routes/consultations.py",
    "api/routes/forgotten.py",
    "api/routes/messages.py",
    "api/routes/passkeys.py",
    "api/routes/patient_reports.py",
    "api/routes/plans.py",
    "api/routes/second_factor.py",
)
"""Where a patient's own requests are refused: these refusals are words of theirs."""
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "noted": None,
    "say": None,
}
RAISED: Final[dict[str, Any]] = {
    "ConflictError": None,
    "ForbiddenError": None,
    "OtpRequiredError": None,
    "PasskeyRequiredError": None,
    "UnavailableError": None,
    "InvalidError": (2,),
}
Message = str | tuple[str, ...]
How = str | Callable[..., Any]
FIXED: Final = datetime(2026, 1, 1, tzinfo=UTC)


def templates() -> list[Path]:
    """The templates of pages that are there in every language."""
    return [frames.HERE / "templates" / f"{one}.html" for one in sorted({*frames.SPOKEN, *SHARED})]


@cache
def scripts() -> tuple[Path, ...]:
    """Their scripts, with all that those import, and the worker."""
    markup = "".join(one.read_text() for one in templates())
    own = set(re.findall(r'<script type="module" src="/static/([^"]+)"', markup))
    found = {*own, *preloads(markup), "js/worker.js"} - {"vendor/uPlot.esm.js"}
    theirs = [one for one in found if not one.removeprefix("js/").startswith(OF_STAFF)]
    return tuple(STATIC / one for one in sorted(theirs) if not one.startswith("vendor"))


def gathered() -> dict[Message, set[str]]:
    """Every message, with the files in which it is said."""
    found: dict[Message, set[str]] = {}
    for file, message in (*_in_templates(), *_in_scripts(), *_on_the_server(), *_in_data()):
        found.setdefault(message, set()).add(file)
    return found


def _in_templates() -> Iterator[tuple[str, Message]]:
    for path in templates():
        yield from _taken(path, babel_extract, KEYWORDS)


def _in_scripts() -> Iterator[tuple[str, Message]]:
    for path in scripts():
        name = str(path.relative_to(ROOT))
        yield from ((name, message) for message in calls(path.read_text()))


def calls(source: str) -> Iterator[Message]:
    """What is said in a script by the functions of ``base/language.js``."""
    before: list[Token] = [Token("mark", "", 0)] * 4
    for token in tokens(source):
        said = [one.text for one in before]
        if token.kind == "string" and said[-2:] in (["t", "("], ["woven", "("]):
            yield token.text
        elif token.kind == "string" and said[:2] == ["tn", "("] and said[-1] == ",":
            yield said[2], token.text
        before = [*before[1:], token]


def _on_the_server() -> Iterator[tuple[str, Message]]:
    for path in sorted((ROOT / "api").rglob("*.py")):
        yield from _taken(path, "python", KEYWORDS)
        if str(path.relative_to(ROOT)).startswith(REFUSALS):
            yield from _taken(path, "python", RAISED)


def _taken(path: Path, how: How, keywords: dict[str, Any]) -> Iterator[tuple[str, Message]]:
    with path.open("rb") as file:
        for _, message, _, _ in extract(how, file, keywords, (), {}):
            yield str(path.relative_to(ROOT)), message


def _in_data() -> Iterator[tuple[str, Message]]:
    words: list[str] = ["patient", "doctor", "nurse", "coordinator", "admin", "auditor"]
    for question in QUESTIONS.values():
        words += [question.asked, *question.choices.values()]
    for form in OWN_QUESTIONNAIRES.values():
        words.append(form.title)
        for item in form.items.values():
            words += [item.asked, *item.options.values()]
    for plan in TEMPLATES.values():
        words += [plan.title, *plan.goals, *plan.education, *(one.words for one in plan.tasks)]
    words += [*ACTIONS.values(), *MEASURE_WORDS, *TIME_TO.values(), *acceptance.TEXTS]
    words += [one.title for one in _all_of(errors.ApiError)]
    return (("data", one) for one in words)


def _all_of(kind: type[errors.ApiError]) -> list[type[errors.ApiError]]:
    return [kind, *(more for one in kind.__subclasses__() for more in _all_of(one))]


def read(tongue: Tongue) -> Catalog:
    """A language's words as they are kept."""
    with path_of(tongue).open("rb") as file:
        return read_po(file, locale=tongue.code.replace("-", "_"))


def keep(tongue: Tongue) -> None:
    """Bring what is said now into a language's file: what is new is there without a translation."""
    before = {one.id: one.string for one in read(tongue)} if path_of(tongue).exists() else {}
    made = Catalog(
        locale=tongue.code.replace("-", "_"),
        project="Homeward",
        header_comment=f"# {tongue.name}",
        creation_date=FIXED,
        revision_date=FIXED,
        fuzzy=False,
    )
    for message, files in sorted(gathered().items(), key=lambda one: (min(one[1]), str(one[0]))):
        made.add(message, before.get(message), locations=[(one, 0) for one in sorted(files)])
    written = io.BytesIO()
    write_po(written, made, width=100, include_lineno=False)
    path_of(tongue).write_bytes(written.getvalue())


class _Text(HTMLParser):
    """What a reader meets of a page: its text, and what is said aloud or in a tip."""

    SAID: Final = frozenset({"title", "aria-label", "placeholder", "alt"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @override
    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in self.SAID and value]


NAMES: Final = re.compile(r"Homeward|NEWS2|kg|mmHg|°C|·")
"""What is written so in every language."""


def left_in_templates() -> Iterator[str]:
    """Words in templates that go round the catalogues."""
    for path in templates():
        plain = re.sub(r"\{[%{#].*?[%}#]\}", "", path.read_text(), flags=re.DOTALL)
        text = _Text()
        text.feed(plain)
        yield from (
            f"{path.name}: {one}"
            for one in text.found
            if re.search(r"[A-Za-z]{2}", NAMES.sub("", one))
        )


WORDS: Final = re.compile(
    r"[A-Z][a-z]+(?:[ .:!?…,]|$)|[a-z]{2,} [a-z]{2,}|^[a-z]+[ .:]|[a-z][.!?]$"
)
CODE: Final = re.compile(r"[/<>\[\]#=_]|^[\w-]+\.\w+|[a-z]-[a-z]")
SAID_BY: Final = frozenset({"t", "tn", "woven"})


def left_in_scripts(quiet: Collection[str]) -> Iterator[str]:
    """Words in scripts that go round the catalogues, but for strings that nobody reads."""
    for path in scripts():
        for line, text in loose_words(path.read_text(), quiet):
            yield f"{path.relative_to(STATIC)}:{line}: {text}"


def loose_words(source: str, quiet: Collection[str]) -> list[tuple[int, str]]:
    """Strings that look like words for people and are said by no function of words."""
    return [
        (line, text)
        for line, text in _loose(source)
        if text not in quiet and WORDS.search(text) and not CODE.search(text)
    ]


def _loose(source: str) -> Iterator[tuple[int, str]]:
    """Every string and every part of a template string that is said by no function of words."""
    inside: list[bool] = []
    before: list[Token] = [Token("mark", "", 0)] * 3
    for token in tokens(source):
        if token.text == "(" and token.kind == "mark":
            inside.append(before[-1].text in SAID_BY)
        elif token.text == ")" and token.kind == "mark" and inside:
            inside.pop()
        elif token.kind in {"string", "template"} and not (
            (inside and inside[-1]) or any(one.text in QUIET for one in before[-2:])
        ):
            yield token.line, token.text
        before = [*before[1:], token]


QUIET: Final = frozenset({"class", "from", "import", "role", "getElementById", "querySelector"})
"""Before a string that is for the machine."""
