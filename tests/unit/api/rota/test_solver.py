"""The solver's own process: what it loads before it can answer."""

import subprocess
import sys

LOADED = "import sys, api.rota.solver; print(*sys.modules)"


def test_it_starts_without_the_rest_of_the_program() -> None:
    """A first question waits for the start; the API's routes and database have no part in it."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    tops = {name.partition(".")[0] for name in done.stdout.split()}
    assert not tops & {"fastapi", "psycopg", "starlette", "uvicorn"}
