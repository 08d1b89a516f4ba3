"""Renders the frames of the pages, and serves their styles and scripts.

A page is a frame without any patient's data: its script asks the JSON API as the person who is
signed in. So there is one path to clinical data, authorised and recorded in one place. Nothing is
inline and nothing comes from another host, as the Content-Security-Policy demands.
"""

import re
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.staticfiles import StaticFiles

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.dashboard.modules import preloads
from api.language import catalogue_of, gettext, ngettext, noted, speaking, spoken
from api.language.tongues import ENGLISH, TONGUES

HERE: Final = Path(__file__).parent
_pages = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    extensions=["jinja2.ext.i18n"],
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.globals["preloads"] = preloads
_pages.globals["tongues"] = tuple(TONGUES.values())
_MARKED: Final = re.compile(r"\[([^\]]+)\]")


def _linked(text: str, address: str) -> Markup:
    """Return a sentence in which what stands in brackets is a link."""
    parts = _MARKED.split(text)
    link = Markup('<a href="{}">{}</a>')
    return Markup("").join(link.format(address, p) if n % 2 else p for n, p in enumerate(parts))


def _keyed(text: str) -> Markup:
    """Return a sentence in which what stands in brackets is a key of the keyboard."""
    parts = _MARKED.split(text)
    key = Markup("<kbd>{}</kbd>")
    return Markup("").join(key.format(p) if n % 2 else p for n, p in enumerate(parts))


_pages.filters["linked"] = _linked
_pages.filters["keyed"] = _keyed
_pages.install_gettext_callables(gettext, ngettext)  # type: ignore[attr-defined]
SPOKEN: Final = frozenset(
    {
        "account",
        "call",
        "consultations",
        "entering",
        "images",
        "join",
        "login",
        "looked",
        "messages",
        "mine",
        "register",
    }
)
"""Pages that are there in every language; the others are in English."""

PANEL, FEED, HANDOVER, CAPACITY, MINE = "/panel", "/feed", "/handover", "/capacity", "/mine"
ROUND, TODAY = "/round", "/today"
START = "/start"
BURDEN, OUTCOMES = "/burden", "/outcomes"
PATIENTS, PEOPLE, REFUSED, SETTINGS = "/patients", "/people", "/refused", "/settings"
MODELS = "/models"
EMERGENCY, LOOKED = "/emergency", "/looked"
MESSAGES, CONSULTATIONS = "/messages", "/consultations"
KEYS, LOG = "/keys", "/log"
CASES, HL7 = "/cases", "/hl7"
_COORDINATOR = (
    (PANEL, "Panel"),
    (FEED, "Alerts"),
    (MESSAGES, "Messages"),
    (HANDOVER, "Handover"),
    (CAPACITY, "Capacity"),
    (BURDEN, "Burden"),
    (PATIENTS, "Patients"),
    (PEOPLE, "People"),
    (REFUSED, "Refused"),
    (MODELS, "Models"),
    (SETTINGS, "Settings"),
)
_CLINICIAN = (
    (FEED, "Alerts"),
    (PANEL, "My patients"),
    (ROUND, "Round"),
    (TODAY, "Today"),
    (MESSAGES, "Messages"),
    (HANDOVER, "Handover"),
    (EMERGENCY, "Emergency access"),
)
LINKS: Final[dict[Role, tuple[tuple[str, str], ...]]] = {
    Role.COORDINATOR: _COORDINATOR,
    Role.ADMIN: _COORDINATOR,
    Role.DOCTOR: _CLINICIAN,
    Role.NURSE: _CLINICIAN,
    Role.PATIENT: (
        (MINE, noted("My readings")),
        (MESSAGES, noted("Messages")),
        (CONSULTATIONS, noted("Consultations")),
        (LOOKED, noted("Who looked")),
    ),
    Role.AUDITOR: ((LOG, "The log"),),
}

OFFICE: Final = ((PEOPLE, "People"), (SETTINGS, "Settings"), (KEYS, "API keys"), (LOG, "The log"))
"""All pages of an administrator without clinical data."""
_BESIDE: Final[dict[Role, frozenset[str]]] = {
    Role.ADMIN: frozenset({ROUND, START, OUTCOMES, CONSULTATIONS, CASES, KEYS, LOG, HL7}),
    Role.COORDINATOR: frozenset({START, CONSULTATIONS, CASES, OUTCOMES, HL7}),
    Role.DOCTOR: frozenset({CONSULTATIONS, CASES}),
    Role.NURSE: frozenset({CONSULTATIONS, CASES}),
}
"""Pages that a role may open and that another page, not its menu, leads to."""

static = APIRouter()
_files = StaticFiles(directory=HERE / "static", check_dir=False)


@static.get("/static/{path:path}", include_in_schema=False)
async def static_file(path: str, request: Request) -> Response:
    """Serve one file of ours; browsers ask each time whether it has changed (ETag)."""
    answer = await _files.get_response(path, request.scope)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def links_of(caller: Caller) -> tuple[tuple[str, str], ...]:
    """Return the pages of a person's menu, the one where they begin first."""
    return OFFICE if caller.office_only else LINKS[caller.role]


def first_page(caller: Caller) -> str:
    """Return the address where a person begins."""
    return links_of(caller)[0][0]


def may_open(caller: Caller, address: str) -> bool:
    """Whether the page is one of a person's own."""
    own = any(address == known for known, _ in links_of(caller))
    return own or (not caller.office_only and address in _BESIDE.get(caller.role, ()))


def frame(
    name: str, caller: Caller | None = None, *, status: int = 200, **shown: object
) -> HTMLResponse:
    """Return the page ``name`` as an answer.

    Args:
        name: the template without ``.html``; also its address.
        caller: who is signed in; None only for the log-in.
        status: HTTP status.
        **shown: what else the template names.
    """
    known: dict[str, object] = {
        "page": name,
        "patient": None,
        "user": None,
        "links": (),
        "here": f"/{name}",
    }
    if caller is not None:
        known |= {
            "user": {"name": caller.display_name or caller.username, "role": str(caller.role)},
            "links": links_of(caller),
        }
    catalogue = spoken() if name in SPOKEN else catalogue_of(ENGLISH.code)
    with speaking(catalogue):
        text = _pages.get_template(f"{name}.html").render(known | {"catalogue": catalogue} | shown)
    return HTMLResponse(text, status, {"Vary": "Accept-Language, Cookie"})
