"""The staff of the simulated day: made over the API as an administrator makes them, each reachable.

By day one nurse for 30 patients and one doctor for 60 (seed values of docs/clinical.md), by night
half of them, two of each at least; two coordinators. Each has a telephone as their only channel.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx2

from deploy.day.colleague import Colleague
from deploy.day.phones import Phones
from deploy.demo.people import WardApi

SHIFT = timedelta(hours=12)
_NURSE_FOR, _DOCTOR_FOR, _LEAST, _COORDINATORS = 30, 60, 2, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One place in the team: role, name, and whether by night."""

    role: str
    name: str
    night: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the team, on the rota unless they coordinate.

    Attributes:
        shifts: ids of their shifts on the day, in order.
    """

    post: Post
    colleague: Colleague
    doctor_id: str | None
    shifts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiring:
    """What is needed to make people: the ward, its telephones, chance and the clock."""

    ward: WardApi
    api: str
    phones: Phones
    rng: random.Random
    now: Callable[[], datetime]
    rate: float
    sick: Callable[[str], bool]


def posts(patients: int) -> list[Post]:
    """Return the places of a ward of so many patients."""
    made = []
    for role, share in (("doctor", _DOCTOR_FOR), ("nurse", _NURSE_FOR)):
        by_day = max(patients // share, _LEAST)
        by_night = max(by_day // 2, _LEAST)
        made += [Post(role=role, name=f"{role}-day-{n + 1}") for n in range(by_day)]
        made += [Post(role=role, name=f"{role}-night-{n + 1}", night=True) for n in range(by_night)]
    names = (f"coordinator-{n + 1}" for n in range(_COORDINATORS))
    return made + [Post(role="coordinator", name=name) for name in names]


def rota(post: Post, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return the shifts of a post around a day: early ones from its start on, then the night's."""
    first = start + (SHIFT if post.night else timedelta()) - 2 * SHIFT
    spans = ((first + n * 2 * SHIFT, first + n * 2 * SHIFT + SHIFT) for n in range(4))
    return [
        (begins, ends) for begins, ends in spans if ends > start - SHIFT and begins < end + SHIFT
    ]


async def hire(hiring: Hiring, post: Post, start: datetime, end: datetime) -> Member:
    """Make one account with its telephone and, of clinicians, the place and shifts on the rota."""
    password = secrets.token_urlsafe(12)
    body = {"username": post.name, "password": password, "role": post.role}
    user = await hiring.ward.call("POST", "/users", json=body)
    doctor_id, shifts = None, tuple[str, ...]()
    if post.role != "coordinator":
        entry = {"name": post.name, "kind": post.role, "user_id": str(user["id"])}
        doctor_id = str((await hiring.ward.call("POST", "/doctors", json=entry))["id"])
        shifts = await _on_rota(hiring.ward, doctor_id, rota(post, start, end))
    colleague = await _colleague(hiring, post, str(user["id"]), password)
    return Member(post=post, colleague=colleague, doctor_id=doctor_id, shifts=shifts)


async def _on_rota(
    ward: WardApi, doctor_id: str, spans: list[tuple[datetime, datetime]]
) -> tuple[str, ...]:
    made = []
    for begins, ends in spans:
        shift = {"doctor_id": doctor_id, "start": begins.isoformat(), "end": ends.isoformat()}
        made.append(str((await ward.call("POST", "/shifts", json=shift))["id"]))
    return tuple(made)


async def _colleague(hiring: Hiring, post: Post, user_id: str, password: str) -> Colleague:
    """Sign the person in, and set their telephone as the channel by which they are called."""
    http = httpx2.AsyncClient(base_url=hiring.api, timeout=30)
    form = {"username": post.name, "password": password}
    token = (await http.post("/api/v1/auth/login", data=form)).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {token['access_token']}"
    made = Colleague(
        name=post.name,
        user_id=user_id,
        http=http,
        rng=random.Random(hiring.rng.getrandbits(64)),  # noqa: S311 - a simulation
        now=hiring.now,
        rate=hiring.rate,
        sick=hiring.sick,
    )
    channel = {"kind": "push", "address": hiring.phones.subscribe(post.name, made.rings)}
    (await http.post("/api/v1/me/channels", json=channel)).raise_for_status()
    return made
