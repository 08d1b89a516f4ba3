"""What the frames of the pages name before any data, as the addresses hand it to them."""

from typing import Final

from analytics.domain.care import Role
from analytics.policy import DEFAULT
from analytics.rules.patient_report import QUESTIONS
from analytics.ward.questionnaires import OWN_QUESTIONNAIRES
from api.auth import scopes
from api.dashboard import frames
from api.dashboard.administration import REASONS, limits_shown
from api.dashboard.chart import PARTS

_CARE: Final[dict[str, object]] = {
    "limits": limits_shown(DEFAULT),
    "scale_2_low": DEFAULT.scale_2_low,
    "ward_profile": "standard",
    "profiles": {"standard": "For most adults at home.", "copd": "For lungs that retain CO2."},
}
_ANYBODY: Final = "00000000-0000-0000-0000-000000000000"
_BY_PAGE: Final[dict[str, dict[str, object]]] = {
    "login": {
        "next": "/",
        "told": "",
        "username": "",
        "otp": False,
        "provider": None,
        "mails": False,
    },
    "admit": {"here": frames.PATIENTS, **_CARE},
    "refused": {"reasons": REASONS},
    "hl7": {"here": frames.REFUSED},
    "settings": {"ward": "main", "zone": "Europe/Berlin"},
    "people": {"accounts": True, "least": 12},
    "account": {"username": "singh", "least": 12, "chosen": None},
    "register": {"least": 12},
    "join": {"least": 12},
    "keys": {"kinds": " ".join(scopes.KINDS)},
    "mine": {
        "questions": QUESTIONS,
        "forms": OWN_QUESTIONNAIRES,
        "patient": _ANYBODY,
    },
    "start": {"opens_accounts": True},
}
PUBLIC: Final = frozenset({"login", "register", "join"})
OWN: Final = frozenset({"messages", "consultations"})
"""Pages that know whose they are when a patient opens them."""
_NAMING: Final = {
    "evidence": ("evidence", "alert"),
    "call": ("call", "consultation"),
    "cases": ("case", "case"),
}
"""Template and what it names, by the first part of an address that goes on."""


def frame_of(path: str, role: Role) -> tuple[str, dict[str, object]]:
    """Return a page's template and what it names, by its path and who opens it."""
    name, *rest = path.strip("/").split("/")
    if role is Role.PATIENT and name in OWN:
        return name, {"patient": _BY_PAGE["mine"]["patient"]}
    if role is Role.PATIENT and name == "images":
        return name, {"patient": _ANYBODY, "may_add": False, "may_report": False}
    if name in _NAMING and rest:
        template, named = _NAMING[name]
        return template, {named: rest[0]}
    if name == "patients" and rest:
        return _of_patients(*rest)
    return name, _BY_PAGE.get(name, {})


def _of_patients(patient: str, part: str = "") -> tuple[str, dict[str, object]]:
    if patient == "new":
        return "admit", _BY_PAGE["admit"]
    if part == "ask":
        return "ask", {"patient": patient}
    if part == "images":
        return "images", {"patient": patient, "may_add": True, "may_report": True}
    may = {"may_enter": True, "sets_limits": True, "manages": True}
    return "patient", {"patient": patient, "parts": PARTS, **may, **_CARE}
