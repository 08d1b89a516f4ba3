"""What must hold of a simulated day, and what did not; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.day.account import Story, spread
from deploy.day.books import DayBooks

INVARIANTS = {
    "frames_lost": "frames lost",
    "frames_twice": "frames counted twice",
    "frames_refused": "frames refused",
    "missed": "scripted events that were due and called nobody",
    "backfill_called": "pages from back-fill",
    "historic_called": "calls of what late data showed",
    "twins": "patients with two clinical alerts at once",
    "calls_untold": "calls that are in one of record and feed alone",
    "calls_lost": "calls without their notice",
    "calls_doubled": "calls with two notices",
    "notices_unrung": "notices handed over that no telephone has had",
    "notices_invented": "notices that rang and are in no record",
    "findings_left": "findings that wait at the end",
    "notices_left": "notices that wait at the end",
    "restarts": "parts that were started again, the broker aside",
    "refused": "answers that the ward refused",
    "unproved": "faults that `homeward verify` found in the record",
}
"""Each must be 0."""


def invariants(
    books: DayBooks,
    *,
    unrung: int,
    invented: int,
    frames: Mapping[str, int],
    missing: Sequence[Story],
    restarts: int,
    refused: Sequence[str],
    unproved: int,
) -> dict[str, int]:
    """Return the counts of which each must be 0, by the names of ``INVARIANTS``.

    Args:
        books: the record.
        unrung: notices handed over that no telephone has had.
        invented: notices that rang and are in no record.
        frames: the demo's account of frames.
        missing: scripted events that called nobody.
        restarts: of parts, the broker's own aside.
        refused: answers of staff that the ward did not take.
        unproved: exit code of ``homeward verify``.
    """
    found = {
        "frames_lost": frames["lost"],
        "frames_twice": frames["counted_twice"],
        "frames_refused": frames["rejected"],
        "missed": len(missing),
        "calls_lost": books.lost,
        "calls_doubled": books.doubled,
        "notices_unrung": unrung,
        "notices_invented": invented,
        "restarts": restarts,
        "refused": len(refused),
        "unproved": unproved,
    }
    counted = {name: books.counts[name] for name in INVARIANTS if name in books.counts}
    return {name: {**counted, **found}[name] for name in INVARIANTS}


def wrong(counts: Mapping[str, int]) -> list[str]:
    """Return what does not hold, in words."""
    return [f"{INVARIANTS[name]}: {n}" for name, n in counts.items() if n]


def summary_lines(found: Mapping[str, Any]) -> list[str]:
    """Return the day in a few lines."""
    counts, ill, stories = found["counts"], found["ill"], found["stories"]
    lines = (
        (
            f"{found['patients']} patients, {found['hours']:g} ward hours in {found['real_min']:g} "
            f"real minutes (clock rate {found['rate']:g}), a frame each {found['interval_s']:g} s: "
            f"{found['frames']['sent']} frames, {found['readings']} readings"
        ),
        (
            f"{len(stories)} scripted events, {found['outbreak']} of them the outbreak; first bad "
            f"reading to call, min: {spread(stories, 'bad_to_call_min')}; call to answer, min: "
            f"{spread(stories, 'call_to_answer_min')}"
        ),
        (
            f"the doctor who fell ill had {ill['patients']} patients, and none "
            f"{ill['freed_s']} real seconds after the rota said so; until then {ill['calls']} "
            f"alerts called them, of which others answered {ill['answered']}"
        ),
        (
            f"broker away: {counts['late_readings']} readings came late and made "
            f"{counts['historic']} stretches of history, {counts['backfill_called']} pages from "
            f"back-fill, {counts['unconfirmed_called']} calls of `unconfirmed_deterioration`"
        ),
    )
    return [f"- {line}" for line in lines]
