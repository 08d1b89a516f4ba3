"""``make demo``: the whole ward with simulated patients, and the account of what came of it.

The ward clock runs sixty times as fast as life, so that a deterioration of minutes can be watched
in seconds. The data folder is made for the run and removed after it, unless something went wrong.
"""

import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.cli.operator_errors import explain
from deploy.demo.people import LogIn, WardApi, make_people, put_into_care
from deploy.demo.report import read_books, summary
from deploy.errors import DeployError, WardUnwell
from deploy.services.ports import HOST
from deploy.settings import StackSettings
from deploy.stack.plan import StackOptions
from deploy.stack.programs import answers_at
from deploy.stack.run import RunningStack, run
from deploy.stack.up import simulator_launch
from device_sim.fleet.run_files import RunFiles

PATIENTS = 20
EVENTS = 4
CLOCK_RATE = 60.0
_SPREAD_SHARE = 0.3
_ENDLESS_SPREAD_S = 3 * 3600.0
_SIMULATOR_END_S = 60.0


def say(text: str) -> None:
    """Tell whoever runs the demo something."""
    print(text, flush=True)  # noqa: T201 - a command's output


class Demo:
    """One run of the demo.

    Attributes:
        result: the summary, once it is known.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self._run = RunFiles(folder / "run")
        self._seconds = seconds
        self.result: dict[str, Any] = {}

    async def perform(self, stack: RunningStack) -> None:
        """Bring in people and patients, let them live, and draw up the account."""
        admin = stack.plan.secrets.admin
        async with WardApi(stack.api, "admin", admin) as ward:
            logins = await make_people(ward, stack.ward_now())
            _introduce(stack.api, logins)
            simulator = await self._start_simulator(stack)
            care = asyncio.create_task(put_into_care(ward, logins, PATIENTS), name="care")
            await self._until_over(stack, simulator)
            care.cancel()
            await asyncio.gather(care, return_exceptions=True)
            if simulator.returncode != 0:
                raise WardUnwell(f"the simulator failed; see {self._log(stack)}")
            self.result = await self._account(stack, ward)

    async def _start_simulator(self, stack: RunningStack) -> asyncio.subprocess.Process:
        words: list[object] = [
            "--patients",
            PATIENTS,
            "--events",
            EVENTS,
            "--out",
            self._run.folder,
        ]
        if self._seconds:
            spread = self._seconds * CLOCK_RATE * _SPREAD_SHARE
            words += ["--seconds", self._seconds, "--spread", spread]
        else:
            words += ["--spread", _ENDLESS_SPREAD_S]
        launch = simulator_launch(stack, [str(word) for word in words])
        with self._log(stack).open("wb") as log:
            return await asyncio.create_subprocess_exec(
                *launch.argv, stdout=log, stderr=log, **launch.options()
            )

    @staticmethod
    def _log(stack: RunningStack) -> Path:
        return stack.plan.folder.logs / "simulator.log"

    @staticmethod
    async def _until_over(stack: RunningStack, simulator: asyncio.subprocess.Process) -> None:
        """Wait for the simulator's own end, or end it when a signal came."""
        ended = asyncio.create_task(simulator.wait(), name="simulator")
        stopped = asyncio.create_task(stack.stopping.wait(), name="stopping")
        try:
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if not ended.done():
                simulator.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended, _SIMULATOR_END_S)

    async def _account(self, stack: RunningStack, ward: WardApi) -> dict[str, Any]:
        ward_now = stack.ward_now()
        loads = await _loads(ward)
        books = await asyncio.to_thread(read_books, stack.database_url, self._run)
        result = summary(books, loads, ward_now)
        result["healthy"] = await _healthy(stack)
        return result


def _introduce(api: str, logins: list[LogIn]) -> None:
    say(f"\n  Homeward is at {api}    (not a medical device)\n")
    for one in logins:
        say(f"    {one.role:<12} {one.username:<8} {one.password}")
    say(f"\n  {PATIENTS} simulated patients come in now; {EVENTS} of them will deteriorate.\n")


async def _loads(ward: WardApi) -> list[Mapping[str, Any]]:
    """Return each doctor's minutes in the plan in force, by name."""
    names = {one["id"]: one["name"] for one in (await ward.call("GET", "/doctors"))["items"]}
    plan = await ward.call("GET", "/allocation")
    return [
        {
            "name": names.get(load["doctor"], load["doctor"]),
            "minutes": load["minutes"],
            "load_minutes": load["load_minutes"],
        }
        for load in plan.get("loads", [])
    ]


async def _healthy(stack: RunningStack) -> bool:
    """Whether every part runs, serves, and did so without a restart."""
    pages = (f"{stack.api}/readyz", f"http://{HOST}:{stack.plan.ports.metrics}/readyz")
    ready = [await asyncio.to_thread(answers_at(page)) for page in pages]
    return all(ready) and not stack.missing() and not stack.restarts


def verdict(result: Mapping[str, Any]) -> list[str]:
    """Return what was wrong with a run; nothing for a good one."""
    wrong = []
    if not result["healthy"]:
        wrong.append("a part of the ward was down, not ready or restarted")
    if result["frames"]["lost"] or result["frames"]["counted_twice"]:
        wrong.append("frames were lost or counted twice")
    if result["alerts"]["missed"]:
        wrong.append("a scripted deterioration was not raised")
    if not result["frames"]["sent"]:
        wrong.append("no frame was sent")
    return wrong


def demonstrate(settings: StackSettings) -> int:
    """Run the demo; the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="homeward-demo-"))
    folder.chmod(0o711)
    demo = Demo(folder, settings.demo_seconds)
    options = StackOptions(data=folder / "ward", clock_rate=CLOCK_RATE)
    started = time.monotonic()
    say("starting the ward ...")
    run(
        options,
        settings,
        lambda text: say(f"[{time.monotonic() - started:5.1f} s] {text}"),
        demo.perform,
    )
    wrong = verdict(demo.result) if demo.result else ["the demo was stopped before its end"]
    for line in wrong:
        say(f"NOT WELL: {line} (logs are kept in {folder})")
    if demo.result:
        say(json.dumps(demo.result))
    if wrong:
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def main() -> None:
    """Run as ``python -m deploy.demo``."""
    try:
        sys.exit(demonstrate(StackSettings()))
    except DeployError as failure:
        say(f"homeward: {explain(failure)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
