"""The embedded stack's ward clock, kept over restarts so that ward time never runs backwards.

While the stack is stopped, an accelerated ward's time stands still and goes on from where it was:
a ward that lives a day in minutes would otherwise find a year gone after a night. What was shown
last is saved every second; after a crash the clock starts a little beyond it, never before.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from analytics.domain.clock import WardClock
from deploy.errors import ClockRefused, FolderRefused
from deploy.secrets.stack_secrets import write_private

SAVE_EVERY_S = 1.0
_MARGIN_S = 2 * SAVE_EVERY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClock:
    """What an earlier start left: its last known ward time, and its rate (None is real time)."""

    shown: datetime
    rate: float | None


def read(path: Path) -> KeptClock | None:
    """Return what an earlier start left, None if there was none.

    Raises:
        FolderRefused: the file is damaged: the ward's time must not run backwards by a guess.
    """
    if not path.exists():
        return None
    try:
        saved = json.loads(path.read_bytes())
        rate = saved["rate"]
        return KeptClock(
            shown=datetime.fromisoformat(saved["shown"]), rate=None if rate is None else float(rate)
        )
    except (ValueError, TypeError, KeyError):
        raise FolderRefused(
            f"{path} is damaged: remove it, and say with --clock-start where time goes on"
        ) from None


def save(path: Path, clock: WardClock, real_s: float) -> None:
    """Save what the clock shows, with the margin for a crash before the next save."""
    shown = clock.at(real_s + (_MARGIN_S if clock.start is not None else 0.0))
    rate = clock.rate if clock.start is not None else None
    write_private(path, json.dumps({"shown": shown.isoformat(), "rate": rate}).encode())


def choose(
    start: datetime | None, rate: float | None, kept: KeptClock | None, real_s: float
) -> WardClock:
    """Return the clock for a start.

    Args:
        start: ward time asked for; None goes on from the last one, or from now.
        rate: ward seconds per real second asked for; None keeps the last one, or 1.
        kept: what an earlier start left.
        real_s: now, in real seconds since 1970.

    Raises:
        ClockRefused: the time asked for lies before what the ward has already lived.
    """
    if rate is not None and rate <= 0:
        raise ClockRefused(f"--clock-rate must be above 0, not {rate:g}")
    if start is None and rate is None and (kept is None or kept.rate is None):
        return WardClock()
    now = datetime.fromtimestamp(real_s, UTC)
    lived = kept.shown if kept is not None else None
    if start is not None and lived is not None and start < lived:
        raise ClockRefused(
            f"this ward has already lived until {lived:%Y-%m-%dT%H:%M:%SZ}: --clock-start must not "
            "be earlier (ward time never runs backwards); use another --data folder"
        )
    begin = start or lived or now
    chosen = rate or (kept.rate if kept is not None and kept.rate is not None else 1.0)
    return WardClock(start=begin, rate=chosen, origin=real_s)


def parse(text: str) -> datetime:
    """Read an RFC 3339 time; one without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ClockRefused(f"not an RFC 3339 time: {text!r}; try 2026-01-31T08:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def environment(clock: WardClock) -> dict[str, str]:
    """Return the variables that hand the clock to gateway, API and simulator."""
    if clock.start is None:
        return {}
    return {
        "HOMEWARD_CLOCK_START": clock.start.isoformat().replace("+00:00", "Z"),
        "HOMEWARD_CLOCK_RATE": repr(clock.rate),
        "HOMEWARD_CLOCK_ORIGIN": repr(clock.origin),
    }


def description(clock: WardClock) -> dict[str, object] | None:
    """Return the clock as ``stack.json`` tells it to simulators; None is real time."""
    if clock.start is None:
        return None
    return {"start": clock.start.isoformat(), "rate": clock.rate, "origin": clock.origin}
