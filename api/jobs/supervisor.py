"""Background tasks that are started with the program, restarted when they fall, ended with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager

import structlog

from api.telemetry import TASK_FAILURES

log = structlog.get_logger("api.tasks")
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 15.0
_CANCEL_AGAIN_S = 2.0

Task = Callable[[], Awaitable[None]]


async def _keep_alive(name: str, task: Task) -> None:
    """Run a task for ever; what falls over is logged, counted and started again with backoff."""
    wait = _FIRST_WAIT_S
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await task()
            log.warning("task_returned", task=name)
        except Exception as error:  # the top of a lane
            TASK_FAILURES.labels(name).inc()
            log.exception("task_failed", task=name, error=type(error).__name__)
        if (current := asyncio.current_task()) and current.cancelling():
            return  # cancelled while something failed: the failure alone was raised
        if asyncio.get_running_loop().time() - started > _LONGEST_WAIT_S:
            wait = _FIRST_WAIT_S
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT_S)


@asynccontextmanager
async def running(tasks: Mapping[str, Task]) -> AsyncIterator[None]:
    """Keep the named tasks running for as long as the block lasts."""
    running_tasks = [
        asyncio.create_task(_keep_alive(name, task), name=name) for name, task in tasks.items()
    ]
    try:
        yield
    finally:
        await _ended(running_tasks)


async def _ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel the tasks until all have ended: a library of theirs may lose it (Python 3.11)."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_S)
