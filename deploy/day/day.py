"""The order of the day: staff, patients, illness, outage, evening."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from deploy.day import books
from deploy.day.phones import Phones
from deploy.day.script import DayScript, write_day
from deploy.day.team import Hiring, Member, hire, posts
from deploy.demo.people import WardApi
from deploy.errors import WardUnwell
from deploy.stack.run import RunningStack
from deploy.stack.up import simulator_launch
from device_sim.fleet.run_files import RunFiles, read_truth
from device_sim.fleet.script import write_script

_STAFF_IN_S, _TAKEN_IN_S = 2.0, 0.3
"""Real seconds that the last of the staff and each patient may need, on a busy machine."""
_LOOK_S = 0.2
_SETTLE_S = 60.0
_END_S = 180.0
_FREED_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Illness:
    """A doctor who fell ill: whose patients were how many, and how long they stayed theirs.

    Attributes:
        freed_s: real seconds from the entry on the rota until the plan left them nobody; None:
            it still had somebody theirs a minute later.
    """

    name: str
    patients: int
    freed_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedDay:
    """What befell the ward, and which answers of its staff it refused."""

    script: DayScript
    illness: Illness
    refused: Sequence[str]


@dataclass(slots=True, kw_only=True)
class DayOfWard:
    """One day of one ward.

    Attributes:
        stack: runs, on a clock faster than life.
        phones: listen already; the API may push to them.
        files: folder for the simulator's ledger and truth.
    """

    stack: RunningStack
    phones: Phones
    patients: int
    hours: float
    interval_s: float
    seed: int
    files: Path
    say: Callable[[str], None]
    _scripted: set[str] = field(default_factory=set)

    async def live(self, ward: WardApi) -> LivedDay:
        """Live it.

        Args:
            ward: signed in as an administrator who is also a coordinator.
        """
        script = write_day(self._begins(), hours=self.hours, patients=self.patients, seed=self.seed)
        team = await self._hire(ward, script)
        try:
            simulator = await self._take_in(script)
            illness = await self._through(ward, script, team, simulator)
        finally:
            for member in team:
                await member.colleague.go_home()
        refused = [line for member in team for line in member.colleague.failures]
        return LivedDay(script=script, illness=illness, refused=refused)

    def _begins(self) -> datetime:
        """The full hour by which all patients have been taken in."""
        clock = self.stack.plan.clock
        ready_s = _STAFF_IN_S + self.patients * _TAKEN_IN_S
        ready = self.stack.ward_now() + timedelta(seconds=ready_s * clock.rate)
        return ready.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)

    async def _hire(self, ward: WardApi, script: DayScript) -> list[Member]:
        hiring = Hiring(
            ward=ward,
            api=self.stack.api,
            phones=self.phones,
            rng=random.Random(self.seed),  # noqa: S311 - a simulation
            now=self.stack.ward_now,
            rate=self.stack.plan.clock.rate,
            sick=self._sick,
        )
        wanted = posts(self.patients)
        team = [await hire(hiring, post, script.start, script.end) for post in wanted]
        self.say(f"{len(team)} people are reachable; {self.patients} patients come in now")
        return team

    def _sick(self, patient: str) -> bool:
        """Whether a patient's readings follow the script: what staff find at the bedside."""
        truth = RunFiles(self.files).truth
        if not self._scripted and truth.exists():
            self._scripted.update(one.patient for one in read_truth(truth))
        return patient in self._scripted

    async def _take_in(self, script: DayScript) -> asyncio.subprocess.Process:
        """Start the simulator on the script; it takes the patients in first."""
        self.files.mkdir(parents=True)
        path = self.files / "script.jsonl"
        write_script(path, script.lines)
        words = ["--patients", self.patients, "--interval", self.interval_s, "--script", path]
        words += ["--seed", self.seed, "--out", self.files]
        launch = simulator_launch(self.stack, [str(word) for word in words])
        with (self.stack.plan.folder.logs / "simulator.log").open("wb") as log:
            return await asyncio.create_subprocess_exec(
                *launch.argv, stdout=log, stderr=log, **launch.options()
            )

    async def _through(
        self,
        ward: WardApi,
        script: DayScript,
        team: Sequence[Member],
        simulator: asyncio.subprocess.Process,
    ) -> Illness:
        """Let the hours pass with what befalls the ward in them, then end the simulation."""
        try:
            illness, *_ = await asyncio.gather(
                self._illness(ward, script, team), self._outage(script), self._until(script.end)
            )
            if simulator.returncode is not None:
                raise WardUnwell(f"the simulator ended: {self.stack.plan.folder.logs}")
        finally:
            if simulator.returncode is None:
                simulator.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(simulator.wait(), _END_S)
        await self._wait_for(lambda: books.settled(self.stack.database_url), _SETTLE_S)
        return illness

    async def _until(self, moment: datetime) -> None:
        """Wait for a ward time; a signal ends the day."""
        while self.stack.ward_now() < moment:
            if self.stack.stopping.is_set():
                raise WardUnwell("the day was stopped before its end")
            await asyncio.sleep(_LOOK_S)

    async def _wait_for(self, holds: Callable[[], bool], seconds: float) -> float | None:
        """Wait until something holds; return the real seconds that it took, None: too long."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if await asyncio.to_thread(holds):
                return round(time.monotonic() - began, 1)
            await asyncio.sleep(_LOOK_S)
        return None

    async def _illness(self, ward: WardApi, script: DayScript, team: Sequence[Member]) -> Illness:
        """A doctor falls ill in the middle of their shift, and is taken off the rota later."""
        member = next(one for one in team if one.post.role == "doctor" and not one.post.night)
        doctor = str(member.doctor_id)
        member.colleague.off_from = script.ill_at
        await self._until(script.ill_at)
        url = self.stack.database_url
        theirs = await asyncio.to_thread(books.patients_of, url, doctor)
        self.say(f"{member.post.name} is ill, and has {theirs} patients")
        await self._until(script.absent_at)
        absence = {"reason": "ill"}
        await ward.call("POST", f"/shifts/{member.shifts[0]}/absence", json=absence)
        freed = await self._wait_for(lambda: not books.patients_of(url, doctor), _FREED_S)
        return Illness(name=member.post.name, patients=theirs, freed_s=freed)

    async def _outage(self, script: DayScript) -> None:
        await self._until(script.outage_at)
        self.say("the broker is away")
        seconds = (script.outage_until - script.outage_at).total_seconds()
        await self.stack.outage("broker", seconds / self.stack.plan.clock.rate)
        self.say("the broker comes back")
