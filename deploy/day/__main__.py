"""``make day``: the whole ward lives the simulated day; the last line is its account as JSON.

Everything is the real thing: database, broker, gateway, API, alert engine, ladder, sender and
plan, on a ward clock that runs faster than life. Only bodies, staff and telephones are simulated.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.cli.operator_errors import explain
from deploy.day.day import DayOfWard
from deploy.day.phones import Phones
from deploy.day.report import draw_up, text_of
from deploy.day.verdict import wrong
from deploy.demo.people import WardApi
from deploy.errors import DeployError
from deploy.settings import StackSettings
from deploy.stack.plan import StackOptions
from deploy.stack.run import RunningStack, run
from device_sim.fleet.run_files import RunFiles

CLOCK_START = "2026-03-02T05:00:00Z"
"""Some time before the day, in which staff and patients are taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAsked:
    """What was asked for on the command line."""

    patients: int
    hours: float
    rate: float
    interval: float
    seed: int
    out: Path | None


def asked() -> DayAsked:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m deploy.day", description=__doc__)
    add = parser.add_argument
    add("--patients", type=int, default=300, help="how many (300)")
    add("--hours", type=float, default=24.0, help="ward hours that the day lasts (24)")
    add("--rate", type=float, default=60.0, help="ward seconds for each real second (60)")
    add("--interval", type=float, default=120.0, help="ward seconds between two frames (120)")
    add("--seed", type=int, default=1, help="of all chance (1)")
    add("--out", type=Path, help="folder for day.md and day.json")
    return DayAsked(**vars(parser.parse_args()))


def say(text: str) -> None:
    """Tell whoever runs the day something."""
    print(text, flush=True)  # noqa: T201 - a command's output


def live(want: DayAsked, settings: StackSettings) -> int:
    """Live the day; the exit code: 0 only if all of it holds."""
    folder = Path(tempfile.mkdtemp(prefix="homeward-day-"))
    folder.chmod(0o711)
    found: dict[str, Any] = {}

    async def lived(stack: RunningStack) -> None:
        found.update(await _day(want, stack, phones, folder / "run"))

    phones = Phones()
    options = StackOptions(
        data=folder / "ward",
        clock_start=CLOCK_START,
        clock_rate=want.rate,
        api={"HOMEWARD_NOTICE_PUSH_HOSTS": phones.origin},
    )
    run(options, settings, say, lived)
    if not found:
        say(f"the day was stopped before its end (logs are kept in {folder})")
        return 1
    text = text_of(found)
    say(text)
    if want.out is not None:
        want.out.mkdir(parents=True, exist_ok=True)
        (want.out / "day.md").write_text(text)
        (want.out / "day.json").write_text(json.dumps(found, indent=1) + "\n")
    return _ended(folder, found)


async def _day(want: DayAsked, stack: RunningStack, phones: Phones, files: Path) -> dict[str, Any]:
    """Live the day on a stack that runs, and draw up its account."""
    began = time.monotonic()
    day = DayOfWard(
        stack=stack,
        phones=phones,
        patients=want.patients,
        hours=want.hours,
        interval_s=want.interval,
        seed=want.seed,
        files=files,
        say=say,
    )
    async with WardApi(stack.api, "admin", stack.plan.secrets.admin) as ward, phones:
        lived = await day.live(ward)
        found = await draw_up(stack, ward, lived, RunFiles(files), phones.rung)
    about = {
        "patients": want.patients,
        "hours": want.hours,
        "rate": want.rate,
        "interval_s": want.interval,
        "real_min": round((time.monotonic() - began) / 60, 1),
    }
    return about | found


def _ended(folder: Path, found: Mapping[str, Any]) -> int:
    """Say what does not hold, and the account as the last line; keep the logs if anything."""
    broken = wrong(found["invariants"])
    for line in broken:
        say(f"NOT WELL: {line} (logs are kept in {folder})")
    say(json.dumps(found))
    if not broken:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if broken else 0


def main() -> None:
    """Run as ``python -m deploy.day``."""
    try:
        sys.exit(live(asked(), StackSettings()))
    except DeployError as failure:
        say(f"homeward: {explain(failure)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
