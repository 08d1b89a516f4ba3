"""What the frames of the pages name before any data, as the addresses hand it to them."""

from typing import Final

from analytics.policy import DEFAULT
from analytics.rules.patient_report import QUESTIONS
from analytics.ward.questionnaires import OWN_QUESTIONNAIRES
from api.dashboard import frames
from api.dashboard.administration import REASONS, limits_shown
from api.dashboard.chart import PARTS

_CARE: Final[dict[str, object]] = {
    "limits": limits_shown(DEFAULT),
    "scale_2_low": DEFAULT.scale_2_low,
    "ward_profile": "standard",
    "profiles": {"standard": "For most adults at home.", "copd": "For lungs that retain CO2."},
}
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
    "account": {"username": "singh", "least": 12},
    "register": {"least": 12},
    "mine": {
        "questions": QUESTIONS,
        "forms": OWN_QUESTIONNAIRES,
        "patient": "00000000-0000-0000-0000-000000000000",
    },
    "start": {"opens_accounts": True},
}
PUBLIC: Final = frozenset({"login", "register"})


def frame_of(path: str) -> tuple[str, dict[str, object]]:
    """Return a page's template and what it names, by its path."""
    parts = path.strip("/").split("/")
    if path == "/patients/new":
        return "admit", _BY_PAGE["admit"]
    if parts[0] == "patients" and len(parts) > 1:
        may = {"may_enter": True, "sets_limits": True, "manages": True}
        return "patient", {"patient": parts[1], "parts": PARTS, **may, **_CARE}
    if parts[0] == "evidence":
        return "evidence", {"alert": parts[1]}
    return parts[0], _BY_PAGE.get(parts[0], {})
