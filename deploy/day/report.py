"""Draws up the account of a day that was lived: ledger, record, burden and proof."""

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from deploy.day import account, books, verdict
from deploy.day.day import LivedDay
from deploy.day.script import DayScript
from deploy.demo.people import WardApi
from deploy.demo.report import read_books, summary
from deploy.settings import inherited_environment
from deploy.stack.run import RunningStack
from device_sim.fleet.run_files import RunFiles, read_truth


async def draw_up(
    stack: RunningStack, ward: WardApi, lived: LivedDay, run: RunFiles, rung: Counter[UUID]
) -> dict[str, Any]:
    """Return the account.

    Args:
        stack: still runs.
        ward: signed in as an administrator.
        lived: the day.
        run: the simulator's files.
        rung: what the telephones had.
    """
    url, script = stack.database_url, lived.script
    told = summary(await asyncio.to_thread(read_books, url, run), [], stack.ward_now())
    before = frozenset(rung)  # the ward lives on: what rings later may be known later
    kept = await asyncio.to_thread(books.read_day, url, stack.plan.clock.rate)
    unrung, invented = kept.unrung(rung), kept.invented(before)
    truth = read_truth(run.truth)
    ill = account.ill_in(script, truth)
    stories = [account.story(one, kept, script, ill) for one in truth]
    unproved = await _prove(stack)
    return {
        "frames": told["frames"],
        "readings": told["readings"],
        "counts": dict(kept.counts),
        "invariants": verdict.invariants(
            kept,
            unrung=unrung,
            invented=invented,
            frames=told["frames"],
            missing=account.missed(stories, script.end),
            restarts=stack.restarts - 1,
            refused=lived.refused,
            unproved=unproved,
        ),
        "refused": list(lived.refused[:20]),
        "ill": asdict(lived.illness) | account.while_ill(kept, lived.illness.name, script),
        "burden": await ward.call("GET", f"/alerts/burden?{_span(script)}"),
        "stories": [account.told(one) for one in stories],
        "outbreak": len(ill),
    }


def _span(script: DayScript) -> str:
    return f"from={script.start:%Y-%m-%dT%H:%M:%SZ}&to={script.end:%Y-%m-%dT%H:%M:%SZ}"


async def _prove(stack: RunningStack) -> int:
    """Run ``homeward verify`` over the whole record; return its exit code."""
    words = (sys.executable, "-m", "deploy.cli", "verify", "--stack", str(stack.description))
    with (stack.plan.folder.logs / "verify.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *words, stdout=log, stderr=log, env=inherited_environment()
        )
        return await process.wait()


def text_of(found: Mapping[str, Any]) -> str:
    """Return the account for people to read, in Markdown."""
    held = [
        f"| {verdict.INVARIANTS[name]} | {count} |" for name, count in found["invariants"].items()
    ]
    parts = [
        verdict.summary_lines(found),
        ["What alerts cost:", "", *account.burden_lines(found["burden"])],
        ["What each scripted event met:", "", *account.story_lines(found["stories"])],
        ["What must be 0:", "", "| | |", "|---|---|", *held],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"
