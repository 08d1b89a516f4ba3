"""The desk for what-if questions: one is solved at a time, wards take turns, nobody fills the line.

Solving takes a core for as long as it was allowed to. A person has one question there at a time,
a ward a few, and wards are served in turn: eight questions of one ward delay another ward by the
one that is being solved. Who is refused is told when there will be room; since the time limit of
each question holds, that is true.
"""

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from anyio import to_thread
from fastapi import Request

from analytics.allocation.allocate import Plan
from api.errors import ThrottledError
from api.rota.hour_question import HourQuestion
from api.rota.scenarios import ImaginedWard
from api.rota.solver import Question, Solver

MOST_WAITING_OF_A_WARD = 4
Answer = TypeVar("Answer")


@dataclass(eq=False, slots=True, kw_only=True)
class WhatIfTicket:
    """One question at the desk: whose, of which ward, and how long it may take."""

    person: UUID
    ward: str
    limit_s: float
    turn: asyncio.Event = field(default_factory=asyncio.Event)


class WhatIfDesk:
    """Who is served, who waits; made once for a process."""

    def __init__(self) -> None:
        """Begin with an empty line; the solver starts with the first question."""
        self._solver = Solver()
        self._served: WhatIfTicket | None = None
        self._until_s = 0.0
        self._lines: OrderedDict[str, deque[WhatIfTicket]] = OrderedDict()

    async def plan(
        self, asked: WhatIfTicket, question: Question, hours: HourQuestion
    ) -> dict[str, Any]:
        """Wait for the turn and return the plan as JSON, with what falls due in each hour.

        Raises:
            ThrottledError: this person has a question here already, or the ward has too many.
        """
        plan: dict[str, Any] = msgspec.to_builtins(await self.best(asked, question))
        return plan | await to_thread.run_sync(hours.kept_hours)

    async def best(self, asked: WhatIfTicket, question: Question) -> Plan:
        """Wait for the turn and return the plan.

        Raises:
            ThrottledError: this person has a question here already, or the ward has too many.
        """
        async with self._turn(asked):
            return await self._solver.solve(question)

    async def plans(
        self, asked: WhatIfTicket, wards: Mapping[str, ImaginedWard], say: Callable[[float], None]
    ) -> list[dict[str, Any]]:
        """Wait for the turn and return what each ward comes to, one after the other.

        Args:
            asked: who asks, with the time of all of them together.
            wards: by the name of the scenario.
            say: is told the share that is done.

        Raises:
            ThrottledError: this person has a question here already, or the ward has too many.
        """
        told: list[dict[str, Any]] = []
        async with self._turn(asked):
            for name, ward in wards.items():
                say(len(told) / len(wards))
                plan = await self._solver.solve(ward.question)
                told.append({"name": name, **await to_thread.run_sync(ward.summary, plan)})
        return told

    async def warm(self) -> None:
        """Have the solver ready, unless it is at work."""
        if self._served is None:
            await self._solver.warm()

    async def close(self) -> None:
        """End the solver."""
        await self._solver.end()

    @asynccontextmanager
    async def _turn(self, asked: WhatIfTicket) -> AsyncIterator[None]:
        self._admit(asked)
        line = self._lines.setdefault(asked.ward, deque())
        line.append(asked)
        self._call_next()
        try:
            await asked.turn.wait()
            yield
        finally:
            if self._served is asked:
                self._served = None
            else:
                line.remove(asked)
            self._call_next()

    def _admit(self, asked: WhatIfTicket) -> None:
        """Refuse who has a question here, and a ward that has too many."""
        ahead = self._in_order()
        mine = [at for at, one in enumerate(ahead) if one.person == asked.person]
        if mine:
            raise ThrottledError(self._over_in(ahead[: mine[0] + 1]))
        waiting = [
            at for at, one in enumerate(ahead) if one.ward == asked.ward and one is not self._served
        ]
        if len(waiting) >= MOST_WAITING_OF_A_WARD:
            raise ThrottledError(self._over_in(ahead[: waiting[0]]))

    def _in_order(self) -> list[WhatIfTicket]:
        """Return all questions in the order in which they are served."""
        order = [self._served] if self._served is not None else []
        lines = [list(line) for line in self._lines.values()]
        for round_ in range(max(map(len, lines), default=0)):
            order += [line[round_] for line in lines if round_ < len(line)]
        return order

    def _over_in(self, ahead: list[WhatIfTicket]) -> int:
        """Return the seconds after which the last of these is answered at the latest."""
        now_s = asyncio.get_running_loop().time()
        rest_s = max(0.0, self._until_s - now_s) if self._served is not None else 0.0
        waiting = [one.limit_s for one in ahead if one is not self._served]
        return math.ceil(rest_s + sum(waiting))

    def _call_next(self) -> None:
        if self._served is not None:
            return
        for ward in list(self._lines):
            line = self._lines.pop(ward)
            if not line:
                continue
            self._served = line.popleft()
            self._lines[ward] = line  # behind the other wards
            self._until_s = asyncio.get_running_loop().time() + self._served.limit_s
            self._served.turn.set()
            return


async def while_connected(
    request: Request, task: asyncio.Task[Answer], within_s: float
) -> tuple[Answer | None, bool]:
    """Wait for a task so long; return its answer if there is one, and whether the client has gone.

    With the client goes the task.
    """
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return await task, False
        if gone.done():
            task.cancel()
        return None, gone.done()
    except asyncio.CancelledError:
        task.cancel()
        raise
    finally:
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
