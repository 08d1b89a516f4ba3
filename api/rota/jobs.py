"""Questions that take more than a second: asked once, looked at until they are answered.

A job is its asker's alone. Answers are kept for a while and no more than so many, in this process's
memory: after a restart the question is asked anew.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from api.errors import NotFoundError

MOST_KEPT = 100
ANSWER_WITHIN_S = 1.0
ENDS_WITHIN_S = 5.0
Progress = Callable[[float], None]


@dataclass(eq=False, slots=True, kw_only=True)
class Job:
    """One question on its way."""

    person: UUID
    limit_s: float
    task: "asyncio.Task[dict[str, Any]] | None" = None
    id: UUID = field(default_factory=uuid4)
    began: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    said: float = 0.0

    def progress(self) -> float:
        """Return about how much is done, by what the work says, else by the time it may take."""
        if self.task is not None and self.task.done():
            return 1.0
        spent = asyncio.get_running_loop().time() - self.began
        return round(max(self.said, min(0.95, spent / max(0.1, self.limit_s))), 2)

    def as_json(self) -> dict[str, Any]:
        """Return the job as its asker sees it; a failure is raised as it happened."""
        if self.task is None or not self.task.done():
            return {"id": str(self.id), "state": "running", "progress": self.progress()}
        return {"id": str(self.id), "state": "done", "progress": 1.0, "result": self.task.result()}


class JobBook:
    """The jobs of this process; made once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._jobs: OrderedDict[UUID, Job] = OrderedDict()

    def start(
        self,
        person: UUID,
        limit_s: float,
        work: Callable[[Progress], Coroutine[Any, Any, dict[str, Any]]],
    ) -> Job:
        """Start the work; ``work`` is given what it tells its progress to."""
        job = Job(person=person, limit_s=limit_s)

        def say(share: float) -> None:
            job.said = share

        job.task = asyncio.create_task(work(say))
        # a failure that nobody asks for any more is no surprise of the program
        job.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return job

    def hold(self, job: Job) -> None:
        """Keep a job for its asker to look at; the oldest that are done make room."""
        self._jobs[job.id] = job
        done = [key for key, one in self._jobs.items() if one.task is None or one.task.done()]
        for key in done[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[key]

    def find(self, job_id: UUID, person: UUID) -> Job:
        """Return one's own job.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        job = self._jobs.get(job_id)
        if job is None or job.person != person:
            raise NotFoundError
        return job

    async def drop(self, job_id: UUID, person: UUID) -> None:
        """Stop one's own job and forget it; when it has ended its asker may ask anew.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        job = self.find(job_id, person)
        del self._jobs[job_id]
        if job.task is not None:
            job.task.cancel()
            await asyncio.wait({job.task}, timeout=ENDS_WITHIN_S)

    async def close(self) -> None:
        """Stop all of them."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
