"""The process that replays begins at once: it reads nothing that it does not compute with."""

import subprocess
import sys

_HEAVY = ("sklearn", "scipy", "pandas", "river", "ortools", "fastapi", "psycopg")


def test_no_library_for_learning_is_read_by_a_replay() -> None:
    asks = f"import sys, api.replay.child; print([n for n in {_HEAVY} if n in sys.modules])"
    told = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", asks], capture_output=True, text=True, timeout=120, check=True
    )
    assert told.stdout.strip() == "[]"
