"""The people of the demo: made over the API, as an administrator of a real ward would do it."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

import httpx2

from deploy.errors import WardUnwell

SHIFT_DAYS = 14
_REFUSED_FROM = 400
_POLL_S = 0.5


class DemoPerson(NamedTuple):
    """Somebody of the demo: role, sign-in name, name on the rota, hours of a shift, cost."""

    role: str
    username: str
    name: str
    starts: int | None = None
    cost: float = 0.0
    skills: tuple[str, ...] = ()


CAST = (
    DemoPerson("coordinator", "clara", "Clara Coordinator"),
    DemoPerson("doctor", "ada", "Dr Ada Amari", 7, 90, ("cardiology",)),
    DemoPerson("doctor", "boris", "Dr Boris Brandt", 7, 80),
    DemoPerson("doctor", "chen", "Dr Chen Cai", 19, 95, ("cardiology",)),
    DemoPerson("doctor", "dina", "Dr Dina Duarte", 19, 85),
    DemoPerson("nurse", "emil", "Emil Ek", 7, 45),
    DemoPerson("nurse", "fatou", "Fatou Fall", 19, 48),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """A freshly made account, to be shown to whoever runs the demo."""

    role: str
    username: str
    password: str
    user_id: str


class WardApi:
    """The ward's API as its administrator; use as an asynchronous context manager."""

    def __init__(self, api: str, username: str, password: str) -> None:
        self._form = {"username": username, "password": password}
        self._http = httpx2.AsyncClient(base_url=f"{api}/api/v1", timeout=30)

    async def __aenter__(self) -> Self:
        """Sign in."""
        token = (await self.call("POST", "/auth/login", data=self._form))["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx2's arguments
        """Return the answer's JSON.

        Raises:
            WardUnwell: the ward refused or cannot be reached.
        """
        try:
            answer = await self._http.request(method, path, **content)
        except httpx2.HTTPError as failure:
            raise WardUnwell(f"{method} {path}: {failure!r}") from None
        if answer.status_code >= _REFUSED_FROM:
            raise WardUnwell(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


async def make_people(ward: WardApi, now: datetime) -> list[LogIn]:
    """Make the cast's accounts, their places on the rota and their shifts from ``now`` on.

    Args:
        ward: signed in as an administrator who is also a coordinator.
        now: ward time.
    """
    logins = []
    for person in CAST:
        password = secrets.token_urlsafe(12)
        body = {"username": person.username, "password": password, "role": person.role}
        user = await ward.call("POST", "/users", json=body)
        logins.append(
            LogIn(
                role=person.role,
                username=person.username,
                password=password,
                user_id=str(user["id"]),
            )
        )
        if person.starts is not None:
            await _put_on_the_rota(ward, person, str(user["id"]), now)
    return logins


async def _put_on_the_rota(ward: WardApi, person: DemoPerson, user_id: str, now: datetime) -> None:
    entry = {
        "name": person.name,
        "kind": person.role,
        "user_id": user_id,
        "skills": list(person.skills),
        "cost_per_hour": person.cost,
    }
    doctor = await ward.call("POST", "/doctors", json=entry)
    for shift in shifts(person, now):
        await ward.call("POST", "/shifts", json={"doctor_id": doctor["id"], **shift})


def shifts(person: DemoPerson, now: datetime) -> list[dict[str, str]]:
    """Return the person's shifts of twelve hours; those that ended are left out."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = (
        midnight + timedelta(days=day, hours=person.starts or 0) for day in range(-1, SHIFT_DAYS)
    )
    spans = ((start, start + timedelta(hours=12)) for start in starts)
    return [{"start": a.isoformat(), "end": b.isoformat()} for a, b in spans if b > now]


async def put_into_care(ward: WardApi, logins: Sequence[LogIn], patients: int) -> None:
    """Give every patient the clinicians as their care team, once all are registered."""
    clinicians = [one.user_id for one in logins if one.role in {"doctor", "nurse"}]
    known: set[str] = set()
    while len(known) < patients:
        page: Mapping[str, Any] = await ward.call("GET", "/patients?limit=200")
        for patient in page["items"]:
            if patient["id"] not in known:
                known.add(patient["id"])
                path = f"/patients/{patient['id']}/care-team"
                await ward.call("PUT", path, json={"clinicians": clinicians})
        await asyncio.sleep(_POLL_S)
