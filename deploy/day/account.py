"""The account of a simulated day: what each deterioration met, what alerts cost; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from deploy.day.books import DayBooks, first
from deploy.day.script import DayScript
from device_sim.patients.scenarios import Expectation

_TECHNICAL = frozenset({"falls_offline", "battery"})
_ANSWERED = ("acknowledged", "planned")
WAITS = ("onset_to_call_min", "bad_to_call_min", "call_to_answer_min")
RUNGS = ("first", "second", "coordinators", "out of hours")
CAUGHT_UP = timedelta(minutes=20)
"""After an outage devices need so long to be back and heard (their backoff is real time)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What one scripted event met; times are the ward's.

    Attributes:
        onset: when the ramp begins.
        ramp_min: its length.
        bad_at: the first reading on it that met a rule; of a deterioration, of more than low
            priority, which only asks for a measurement.
        called_at: the first call of anybody, the same.
        answered_at: when somebody took it on.
        calls: how often anybody was called until the end of the day.
        rung: who had been called by then.
        due: when it must have been raised.
        ill_in: whether it belongs to the outbreak.
    """

    scenario: str
    technical: bool
    patient: str
    onset: datetime
    bad_at: datetime | None
    called_at: datetime | None
    answered_at: datetime | None
    calls: int
    rung: str
    due: datetime
    ill_in: bool


def story(wanted: Expectation, books: DayBooks, script: DayScript, ill: frozenset[str]) -> Story:
    """Return what one scripted event met."""
    onset, due = _time(wanted.from_ms), _time(wanted.by_ms)
    technical = wanted.scenario in _TECHNICAL
    kind = "technical" if technical else "clinical"
    changes = [
        one
        for one in books.changes
        if one["patient"] == wanted.patient and one["kind"] == kind and one["at"] >= onset
        if technical or one["priority"] != "low"
    ]
    called = first(changes, onset)
    own = [one for one in changes if called is not None and one["at"] >= called]
    answered = first(own, onset, *_ANSWERED)
    until = answered or script.end
    rungs = [one["rung"] for one in own if one["at"] <= until and one["call"]]
    away = onset < script.outage_until + CAUGHT_UP and due > script.outage_at
    return Story(
        scenario=wanted.scenario,
        technical=technical,
        patient=wanted.patient,
        onset=onset,
        bad_at=_first_reading(wanted, books.reasons, onset),
        called_at=called,
        answered_at=answered,
        calls=sum(one["call"] for one in changes),
        rung=RUNGS[max(rungs, default=0)],
        due=max(due, script.outage_until + CAUGHT_UP) if away else due,
        ill_in=wanted.patient in ill,
    )


def _first_reading(
    wanted: Expectation, reasons: Sequence[Mapping[str, Any]], onset: datetime
) -> datetime | None:
    found = [
        one["started_at"]
        for one in reasons
        if one["patient"] == wanted.patient and one["raised_at"] >= onset <= one["started_at"]
        if wanted.scenario in _TECHNICAL or one["priority"] != "low"
    ]
    return min(found, default=None)


def missed(stories: Sequence[Story], end: datetime) -> list[Story]:
    """Return what was due on the day and called nobody."""
    return [one for one in stories if one.due <= end and one.called_at is None]


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def minutes(since: datetime | None, until: datetime | None) -> float | None:
    """Return the minutes between two times, None where one is not known."""
    if since is None or until is None:
        return None
    return round((until - since).total_seconds() / 60, 1)


def told(one: Story) -> dict[str, Any]:
    """Return a story for a program."""
    return {
        **{k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(one).items()},
        "bad_to_call_min": minutes(one.bad_at, one.called_at),
        "onset_to_call_min": minutes(one.onset, one.called_at),
        "call_to_answer_min": minutes(one.called_at, one.answered_at),
    }


def story_lines(stories: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the table of the scripted events as ``told`` gives them, by onset; in minutes."""
    lines = [
        "| onset | scripted | onset to call | bad reading to call | to answer | calls | rung |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in sorted(stories, key=lambda one: str(one["onset"])):
        cells = ["none" if one[name] is None else f"{one[name]:g}" for name in WAITS]
        what = f"{one['scenario'].replace('_', ' ')}{', outbreak' if one['ill_in'] else ''}"
        answered = one["rung"] if one["answered_at"] is not None else "nobody yet"
        row = (one["onset"][11:16], what, *cells, str(one["calls"]), answered)
        lines.append(f"| {' | '.join(row)} |")
    return lines


def burden_lines(burden: Mapping[str, Any]) -> list[str]:
    """Return the burden table of ``GET /alerts/burden``."""
    lines = [
        "| condition | alerts | calls | calls a patient-day | in time | median answer, min |",
        "|---|---|---|---|---|---|",
    ]
    total, technical = burden["total"], burden["technical"]
    for name, row in [("all clinical", total)] + [
        (c["condition"], c) for c in burden["conditions"]
    ]:
        share, answer = row["in_time"], row["acknowledged_s"]
        in_time = "" if share is None else f"{share['value']:.0%} of {share['n']}"
        took = "" if answer is None else f"{answer['median'] / 60:.1f}"
        rate = row["calls_a_patient_day"]
        lines.append(
            f"| {name} | {row['alerts']} | {row['calls']} | {rate or 0:.3f} | {in_time} | {took} |"
        )
    lines.append(f"| equipment and ward | {technical['alerts']} | {technical['calls']} | | | |")
    return lines


def spread(stories: Sequence[Mapping[str, Any]], wait: str) -> str:
    """Return median, 90th percentile and largest of one of ``WAITS``, of clinical events."""
    told = (one[wait] for one in stories if not one["technical"])
    known = sorted(minute for minute in told if minute is not None)
    if not known:
        return "none"
    ninth = known[int(0.9 * (len(known) - 1))]
    return f"median {median(known):.1f}, 90 % {ninth:.1f}, most {known[-1]:.1f}"


def while_ill(books: DayBooks, name: str, script: DayScript) -> dict[str, int]:
    """Return how many alerts called the doctor who was ill, and how many others answered.

    Args:
        books: the record.
        name: of the doctor.
        script: from the illness until the end.
    """
    since = script.ill_at
    called = {
        one["alert"]
        for one in books.changes
        if one["call"] and one["holder"] == name and since <= one["at"] <= script.absent_at
    }
    answered = {
        one["alert"]
        for one in books.changes
        if one["change"] in _ANSWERED and one["at"] >= since and one["alert"] in called
    }
    return {"calls": len(called), "answered": len(answered)}


def ill_in(script: DayScript, truth: Sequence[Expectation]) -> frozenset[str]:
    """Return the ids of the patients of the outbreak: the truth goes by the patients' numbers."""
    numbers = sorted(line.patient for line in script.lines)
    told = zip(numbers, truth, strict=True)
    return frozenset(one.patient for number, one in told if number in script.outbreak)
