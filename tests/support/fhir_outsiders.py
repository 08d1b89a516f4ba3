"""A validator and a client of FHIR that nobody here wrote: JavaScript, installed on first use.

They are a hundred megabytes, so a checkout that does not run their tests never fetches them.
"""

# ruff: noqa: ANN401 - resources are JSON of any shape

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

_SOURCE = Path(__file__).parent / "fhir"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_BIN = Path(sys.executable).parent


def _folder() -> Path:
    """Return where both are installed, as their lock says; once for every process."""
    lock = hashlib.sha256((_SOURCE / "package-lock.json").read_bytes()).hexdigest()[:16]
    home = Path(__file__).parents[2] / ".make"
    folder = home / f"fhir-outsiders-{lock}"
    home.mkdir(exist_ok=True)
    with (home / "fhir-outsiders.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(_SOURCE, folder)
            _run(folder, str(_BIN / "npm"), "ci", "--legacy-peer-deps", "--loglevel=error")
            (folder / "installed").touch()
    for script in _SOURCE.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder


def _run(folder: Path, *command: str, given: str = "") -> str:
    environment = dict(os.environ) | {"PATH": f"{_BIN}:{os.environ['PATH']}"}
    if _AUTHORITIES.exists():
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(_AUTHORITIES))
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def invalid(resources: list[Any]) -> list[str]:
    """What the validator finds wrong with these resources."""
    folder = _folder()
    found: list[str] = json.loads(
        _run(folder, str(_BIN / "node"), "validate.mjs", given=json.dumps(resources))
    )
    return found


def session(base: str, token: str, patient: str) -> Any:
    """What a foreign client gets: the capability, a patient, their pulse page by page."""
    return json.loads(_run(_folder(), str(_BIN / "node"), "session.mjs", base, token, patient))
