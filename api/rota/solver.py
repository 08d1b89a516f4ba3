"""One allocation solved in a process of its own, which can be ended at any moment.

A search cannot be stopped from outside while OR-Tools prepares it, and a thread cannot be ended at
all. So the program asks a child, which writes each better plan on a line as it finds it: whoever
has no more time takes the newest and ends the child.

``python -m api.rota.solver`` is the child: an empty line says that it is ready, then a question a
line comes in and plans go out.
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from analytics.allocation.allocate import Demand, Doctor, Plan, allocate

_SEARCH_SHARE = 0.8
"""Of the limit: building the programme, and the way there and back, need the rest."""
_FIRST_PLAN_S = 10.0
"""The first plan is made without a search; who has none by now does not get one."""
_LINE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: who could work, what there is to do, and how long the answer may take."""

    doctors: list[Doctor]
    demands: list[Demand]
    time_limit_s: float
    pinned: dict[str, str] = field(default_factory=dict)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that was found; the last is the answer."""

    plan: Plan
    last: bool = False


class SolverError(Exception):
    """The child ended without any plan."""


class Solver:
    """The child process: started when it is first asked, kept, and started anew once ended."""

    def __init__(self) -> None:
        """Prepare; nothing is started."""
        self._child: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()

    async def warm(self) -> None:
        """Have the child there and ready: starting it takes a moment, which no question pays for.

        Raises:
            SolverError: the child fell over at once.
        """
        await self._started()

    async def solve(self, question: Question) -> Plan:
        """Return the best plan that was found within the question's time limit.

        Cancelled, it ends the child.

        Raises:
            SolverError: the child fell over before it had any plan.
        """
        loop = asyncio.get_running_loop()
        best: Plan | None = None
        finished = False
        child = await self._started()
        deadline = loop.time() + question.time_limit_s
        try:
            await _ask(child, question, max(0.01, deadline - loop.time()))
            async with asyncio.timeout_at(deadline):
                while not finished:
                    found = await _next(child)
                    best, finished = found.plan, found.last
        except TimeoutError:
            if best is None:
                async with asyncio.timeout(_FIRST_PLAN_S):
                    best = (await _next(child)).plan
        finally:
            if not finished:
                await self.end()
        if best is None:
            raise SolverError("no plan was found in time")
        return best

    async def end(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is None or child.returncode is not None:
            return
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()

    async def _started(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._child is None or self._child.returncode is not None:
                child = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "api.rota.solver",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    env={},
                    limit=_LINE_BYTES,
                )
                try:
                    ready = child.stdout is not None and await child.stdout.readline()
                except asyncio.CancelledError:
                    child.kill()
                    raise
                if not ready:
                    raise SolverError("the solver fell over")
                self._child = child
            return self._child


async def _ask(child: asyncio.subprocess.Process, question: Question, rest_s: float) -> None:
    if child.stdin is None:
        raise SolverError("the child has no input")
    asked = replace(question, time_limit_s=rest_s)
    child.stdin.write(msgspec.json.encode(asked) + b"\n")
    await child.stdin.drain()


async def _next(child: asyncio.subprocess.Process) -> Found:
    line = await child.stdout.readline() if child.stdout is not None else b""
    if not line:
        raise SolverError("the solver fell over")
    return msgspec.json.decode(line, type=Found)


def main() -> None:
    """Answer one question a line until the input ends."""
    out: Any = sys.stdout.buffer

    def say(plan: Plan, *, last: bool = False) -> None:
        out.write(msgspec.json.encode(Found(plan=plan, last=last)) + b"\n")
        out.flush()

    out.write(b"\n")  # ready
    out.flush()
    for line in sys.stdin.buffer:
        question = msgspec.json.decode(line, type=Question)
        plan = allocate(
            question.doctors,
            question.demands,
            time_limit_s=question.time_limit_s * _SEARCH_SHARE,
            pinned=question.pinned,
            better=say,
        )
        say(plan, last=True)


if __name__ == "__main__":
    main()
