"""The pages with which a ward is run: patients and their devices, people, one's own account.

The frames name what a form needs before any data is asked for: which metrics can have limits, what
the ward's own limits are, what is left out of a password.
"""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from analytics.domain.care import Limit, Role
from analytics.domain.vitals import CLINICAL, FACTS, Metric
from analytics.policy import Policy
from analytics.settings import ABOUT, FORMER
from api.auth import scopes
from api.auth.sessions import Caller
from api.dashboard import frames
from api.dashboard.visits import Visitor, own_page, to_first_page, to_login
from api.http.deps import acting, services_of
from api.limits.passwords import MIN_PASSWORD
from api.patients.ward_policy import WardPolicies
from api.store import wards

router = APIRouter()
MANAGERS: Final = frozenset({Role.COORDINATOR, Role.ADMIN})
_READ_AS: Final = {"mm[Hg]": "mmHg", "Cel": "°C"}
_TENTHS: Final = frozenset({Metric.TEMP, Metric.WEIGHT})
_PASSWORD: Final = MIN_PASSWORD
REASONS: Final = (
    ("out_of_range", "A value that cannot be"),
    ("from_the_future", "A time ahead of the ward's"),
    ("too_old", "Too old"),
    ("not_bound", "Outside the patient's use of the device"),
    ("malformed", "Not readable"),
    ("oversized", "Too large"),
    ("bad_signature", "A false signature"),
    ("revoked_key", "A key that counts no more"),
    ("unknown_device", "An unknown device"),
    ("unsealable", "Cannot be opened"),
    ("topic_mismatch", "Another's topic"),
    ("conflict", "Two frames under one number"),
    ("replayed", "A number long past"),
    ("rate_limited", "Too many at once"),
)
"""Why something is refused (docs/device-protocol.md), as the page's menu says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitShown:
    """One metric's row of the limits' form, in the metric's unit.

    Attributes:
        name: the metric's name on the wire.
        label: what people call it.
        unit: as people read it.
        lowest: the least number that a limit can be.
        highest: the greatest.
        step: of the field.
        low: the ward's own lower limit, None without one.
        high: the ward's own upper limit.
    """

    name: str
    label: str
    unit: str
    lowest: float
    highest: float
    step: float
    low: float | None
    high: float | None


def limits_shown(policy: Policy) -> list[LimitShown]:
    """Return a row for each metric that can have limits, with the ward's defaults."""
    able = [metric for metric in Metric if metric in CLINICAL - {Metric.ACVPU, Metric.O2}]
    return [_row(metric, policy.limits.get(metric, Limit())) for metric in able]


def _row(metric: Metric, limit: Limit) -> LimitShown:
    facts = FACTS[metric]
    lowest, highest = facts.reject
    return LimitShown(
        name=metric.wire_name,
        label=facts.label.replace("SpO2", "SpO₂"),
        unit=_READ_AS.get(facts.unit, facts.unit),
        lowest=lowest,
        highest=highest,
        step=0.1 if metric in _TENTHS else 1,
        low=limit.low,
        high=limit.high,
    )


async def care_fields(request: Request, visitor: Caller) -> dict[str, object]:
    """Return what the limits' form shows of the visitor's ward: its limits as they are set now."""
    async with acting(services_of(request), visitor) as work:
        row = await wards.settings(work.conn, visitor.ward)
    policy = WardPolicies().of(row).clinical
    return {
        "limits": limits_shown(policy),
        "scale_2_low": policy.scale_2_low,
        "ward_profile": row["profile"] if row else "standard",
        "profiles": {name: why for name, why in ABOUT.items() if name not in FORMER},
    }


@router.get("/patients")
async def patients(request: Request, visitor: Visitor) -> Response:
    """Every patient of the ward, also paused and discharged ones."""
    return own_page(request, visitor, "patients")


@router.get("/patients/new")
async def admit(request: Request, visitor: Visitor) -> Response:
    """The form with which a patient is admitted."""
    if visitor is None:
        return to_login(request)
    if visitor.role not in MANAGERS:
        return to_first_page(visitor)
    return frames.frame(
        "admit", visitor, status=200, here=frames.PATIENTS, **await care_fields(request, visitor)
    )


@router.get("/refused")
async def refused(request: Request, visitor: Visitor) -> Response:
    """What was refused: frames in quarantine and single readings, by patient and reason."""
    return own_page(request, visitor, "refused", reasons=REASONS)


@router.get("/hl7")
async def refused_messages(request: Request, visitor: Visitor) -> Response:
    """Messages of hospital systems that were refused."""
    return own_page(request, visitor, "hl7", here=frames.REFUSED)


@router.get("/settings")
async def settings(request: Request, visitor: Visitor) -> Response:
    """What the ward decides by, group by group, and who changed what."""
    ward = "" if visitor is None else visitor.ward
    zone = services_of(request).settings.ward_time_zone or "UTC"
    return own_page(request, visitor, "settings", ward=ward, zone=zone)


@router.get("/people")
async def people(request: Request, visitor: Visitor) -> Response:
    """Doctors and nurses; for administrators also everybody's accounts."""
    accounts = visitor is not None and visitor.role is Role.ADMIN
    return own_page(request, visitor, "people", accounts=accounts, least=_PASSWORD)


@router.get("/keys")
async def keys(request: Request, visitor: Visitor) -> Response:
    """Keys of other systems, for administrators."""
    kinds = " ".join(scopes.KINDS)
    return own_page(request, visitor, "keys", kinds=kinds, here=frames.PEOPLE)


@router.get("/log")
async def audit_log(request: Request, visitor: Visitor) -> Response:
    """Who saw and did what, for auditors and administrators."""
    return own_page(request, visitor, "log")


@router.get("/account")
async def account(request: Request, visitor: Visitor) -> Response:
    """One's own password and second factor."""
    if visitor is None:
        return to_login(request)
    return frames.frame(
        "account",
        visitor,
        username=visitor.username,
        least=_PASSWORD,
        chosen=visitor.language,
    )


@router.get("/join")
async def join() -> Response:
    """What a link leads to: an account of one's own, or a new password."""
    return frames.frame("join", least=_PASSWORD)


@router.get("/register")
async def register() -> Response:
    """The form with which patients open an account of their own."""
    return frames.frame("register", least=_PASSWORD)
