"""The process that replays: settings and people come in, a line each; comparisons go out.

``python -m api.replay.child``. It is told of no database and no key; whoever has no more time for
it ends it.
"""

import gc
import sys
from typing import Any

import msgspec

from analytics import settings
from analytics.evaluation.what_if import compare
from api.replay.rows import StretchRows


class ReplaySide(msgspec.Struct, frozen=True):
    """One set of settings: the profile, and what was set besides."""

    profile: str
    values: dict[str, float | str | None]


class Asked(msgspec.Struct, frozen=True):
    """What all people are compared under."""

    now: ReplaySide
    then: ReplaySide
    minutes: dict[str, float]


def main() -> None:
    """Answer people until the input ends."""
    gc.freeze()  # what is imported stays, and a replay leaves hardly any circle behind
    gc.set_threshold(100_000)
    lines, out = sys.stdin.buffer, sys.stdout.buffer
    asked = msgspec.json.decode(lines.readline(), type=Asked)
    now, then = (settings.ward_policy(one.profile, one.values) for one in (asked.now, asked.then))
    for line in lines:
        stretch = msgspec.json.decode(line, type=StretchRows).stretch()
        answer: Any = compare(stretch, now, then, asked.minutes)
        out.write(msgspec.json.encode(answer) + b"\n")
        out.flush()


if __name__ == "__main__":
    main()
