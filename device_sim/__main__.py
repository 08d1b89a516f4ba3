"""The two things this package does for a user: ``simulate`` and ``replay``.

``deploy.cli`` turns them into ``homeward simulate`` and ``homeward replay``. Each registers
patients and devices over the API, sends as real devices do, and leaves two files: the ledger of
every frame made, and the alerts that must have been raised (one JSON object a line).
"""

import asyncio
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from device_sim.device.spool import SPOOL_FRAMES
from device_sim.fleet.casting import Casting, cast_body, cast_recording
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.kept_devices import KeptDevices
from device_sim.fleet.ledger import Ledger
from device_sim.fleet.outbox import Outbox, Totals
from device_sim.fleet.run import Ending, Links, Say, new_inward, run
from device_sim.fleet.run_files import RunFiles, RunSummary
from device_sim.fleet.simulated_device import Clocks
from device_sim.options import ReplayOptions, RunOptions, SimulateOptions
from device_sim.settings import SimulatorSettings, ward_clocks
from device_sim.ward.api_client import Ward
from device_sim.ward.registration import RegisteredPatient, enroller, register
from device_sim.ward.stack_file import Stack


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- a command's output


def _never() -> bool:
    return False


def simulate(
    options: SimulateOptions, *, say: Say = _say, stopped: Callable[[], bool] = _never
) -> RunSummary:
    """Simulate a ward of made-up patients; the last line said is the summary as JSON.

    Raises:
        SimulatorError: the ward cannot be used; the text says why.
    """
    stack = options.target.from_options()
    clocks = _clocks(stack)
    casting = cast_body(options, clocks)
    return _perform(options, casting, stack, clocks, say=say, stopped=stopped)


def replay(
    options: ReplayOptions, *, say: Say = _say, stopped: Callable[[], bool] = _never
) -> RunSummary:
    """Replay a recording onto the ward clock; the last line said is the summary as JSON.

    Raises:
        SimulatorError: the recording or the ward cannot be used; the text says why.
    """
    stack = options.target.from_options()
    casting = cast_recording(options, SimulatorSettings().cache_folder(), say)
    return _perform(options, casting, stack, _clocks(stack), say=say, stopped=stopped)


def _clocks(stack: Stack) -> Clocks:
    """The stack's ward clock if it names one, else the environment's."""
    if stack.clock is not None:
        return ward_clocks(stack.clock.start, stack.clock.rate, stack.clock.origin)
    settings = SimulatorSettings()
    return ward_clocks(settings.clock_start, settings.clock_rate, settings.clock_origin)


def _perform(
    options: RunOptions,
    casting: Casting,
    stack: Stack,
    clocks: Clocks,
    *,
    say: Say,
    stopped: Callable[[], bool],
) -> RunSummary:
    """Register, run, and sum up."""
    files = RunFiles(options.out or Path(tempfile.mkdtemp(prefix="homeward-run-")))
    kept = KeptDevices(files.folder, stack.api, casting.newcomers) if casting.goes_on else None
    registered = asyncio.run(_register(stack, casting, kept, say))
    devices, expected = casting.bring(registered, clocks, random.Random(options.seed))  # noqa: S311 -- a simulation
    files.write_truth(expected)
    say(f"ledger and expected alerts: {files.folder}")
    inward, ledger = new_inward(), Ledger(files.ledger)
    links = Links(stack, registered, inward)
    outbox = Outbox(clocks, links.send, ledger)
    _resume(registered, outbox.totals, ledger)
    renewed = kept.renew if kept is not None else lambda *_: None
    enrol = enroller(stack.api, registered, renewed)
    fleet = Fleet(devices, clocks, inward, outbox, enrol=enrol)
    start_s = clocks.timer_s()
    try:
        run(fleet, links, clocks, Ending(options.seconds, options.drain_s, stopped), say)
    finally:
        ledger.close()
        if kept is not None:
            kept.close()
    summary = files.summary(fleet.totals, len(devices), len(expected), clocks.timer_s() - start_s)
    say(json.dumps(summary))
    return summary


def _resume(registered: Sequence[RegisteredPatient], totals: Totals, ledger: Ledger) -> None:
    """What devices have kept from a run before is under way again, and in the books."""
    for one in registered:
        spooled = {frame.id: frame.frame for frame in one.spool.oldest(SPOOL_FRAMES)}
        totals.made += len(spooled)
        ledger.resume(one.identity.device, spooled)


async def _register(
    stack: Stack, casting: Casting, kept: KeptDevices | None, say: Say
) -> list[RegisteredPatient]:
    """The devices of the run before if the ward still has them, else new ones."""
    total = len(casting.newcomers)
    step = max(total // 5, 1)

    def progress(done: int) -> None:
        if done % step == 0 or done == total:
            say(f"registered {done} of {total} patients")

    own = stack.mqtt.fleet is None
    async with Ward(stack.api, stack.admin.username, stack.admin.password) as ward:
        before = kept.recalled() if kept is not None else []
        if before and await ward.knows(before[0].patient):
            say(f"{len(before)} patients of the last run go on")
            return before
        new = await register(ward, casting.newcomers, own_certificates=own, progress=progress)
    return kept.save(new) if kept is not None else new
