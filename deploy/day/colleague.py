"""One doctor, nurse or coordinator of the simulated day: called by telephone, answers over the API.

How long they take is made up (proposed): most look at their telephone within a minute, one call in
ten finds them with somebody else and is not looked at; they take an alert on some minutes later,
and close it with an outcome when they have seen to it. Who is ill does nothing any more.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2

_MISSES = 0.1
_LOOK_S, _ANSWER_S, _VISIT_S = 35.0, 150.0, 1_500.0
_SPREAD = 0.5
_LONGEST = 4.0
_SAID = "Seen, treated at home, watched more closely"


@dataclass(slots=True, kw_only=True)
class Colleague:
    """One member of staff.

    Attributes:
        name: as on the rota.
        user_id: of their account.
        http: a client of the ward's site, signed in as them.
        rng: all their chance.
        now: ward time.
        rate: ward seconds per real second.
        sick: whether a patient (by id) really is ill, which the outcome says.
        off_from: from when on they answer nothing; None: they stay well.
        failures: what the ward refused that it should not have.
    """

    name: str
    user_id: str
    http: httpx2.AsyncClient
    rng: random.Random
    now: Callable[[], datetime]
    rate: float
    sick: Callable[[str], bool]
    off_from: datetime | None = None
    failures: list[str] = field(default_factory=list)
    _busy: set[asyncio.Task[None]] = field(default_factory=set)
    _taken: set[str] = field(default_factory=set)

    def rings(self, notice: UUID) -> None:
        """Their telephone rings."""
        task = asyncio.create_task(self._called(notice), name=f"{self.name}-{notice}")
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def go_home(self) -> None:
        """Drop whatever they are at: the day is over."""
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _called(self, notice: UUID) -> None:
        try:
            if self.rng.random() < _MISSES:
                return
            await self._wait(_LOOK_S)
            alert = await self._look(notice)
            if alert is None or alert in self._taken:
                return
            await self._wait(_ANSWER_S)
            if await self._take(alert):
                await self._wait(_VISIT_S)
                await self._close(alert)
        except httpx2.TransportError as failure:
            self.failures.append(f"{self.name}: {failure!r}")

    async def _wait(self, median_s: float) -> None:
        """Let so much ward time pass, more or less."""
        share = min(self.rng.lognormvariate(0.0, _SPREAD), _LONGEST)
        await asyncio.sleep(median_s * share / self.rate)

    def _well(self) -> bool:
        return self.off_from is None or self.now() < self.off_from

    async def _look(self, notice: UUID) -> str | None:
        """Open the notice, as a touch on it does; return the alert that it leads to."""
        if not self._well():
            return None
        answer = await self._ask("GET", f"/n/{notice}")
        self._check(answer, 303)
        _, _, alert = answer.headers.get("location", "").partition("#")
        return alert or None

    async def _take(self, alert: str) -> bool:
        if not self._well():
            return False
        self._taken.add(alert)
        answer = await self._ask("POST", f"/api/v1/alerts/{alert}/acknowledge")
        # 404: handed to somebody else meanwhile; 409: closed
        self._check(answer, 200, 404, 409)
        return answer.status_code == httpx2.codes.OK

    async def _close(self, alert: str) -> None:
        self._taken.discard(alert)
        if not self._well():
            return
        found = await self._ask("GET", f"/api/v1/alerts/{alert}")
        self._check(found, 200, 404)
        if found.status_code != httpx2.codes.OK:
            return
        seen = found.json()
        if seen["acknowledged_by_id"] != self.user_id:
            return  # somebody else has it now
        patient = seen["patient"]
        outcome = "actionable" if patient and self.sick(patient) else "not_actionable"
        said = {"outcome": outcome, "comment": _SAID}
        answer = await self._ask("POST", f"/api/v1/alerts/{alert}/resolve", json=said)
        self._check(answer, 200, 404, 409)

    async def _ask(self, method: str, path: str, **content: Any) -> httpx2.Response:  # noqa: ANN401 - httpx2's arguments
        """Ask once more where an idle connection has been closed: each answer may be repeated."""
        try:
            return await self.http.request(method, path, **content)
        except httpx2.TransportError:
            return await self.http.request(method, path, **content)

    def _check(self, answer: httpx2.Response, *expected: int) -> None:
        if answer.status_code not in expected:
            where = f"{answer.request.method} {answer.request.url.path}"
            self.failures.append(f"{self.name}: {where}: {answer.status_code} {answer.text[:200]}")
