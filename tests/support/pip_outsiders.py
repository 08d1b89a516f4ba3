"""Python packages that nobody here wrote and only some tests need, fetched as their lock says.

A checkout that does not run these tests never fetches them. Each has its lock beside this file, in
a folder of its name.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

_LOCKS = Path(__file__).parent
_HOME = Path(__file__).parents[2] / ".make"


def installed(name: str) -> Path:
    """Return the folder where a package is installed."""
    return _fetched(name, "install", "--target")


def downloaded(name: str) -> Path:
    """Return the one file as which a package comes, as it is."""
    return next(_fetched(name, "download", "--dest").glob("*.whl"))


def _fetched(name: str, verb: str, into: str) -> Path:
    """Have pip put it into a folder, once for every process; return the folder."""
    lock = _LOCKS / name / "requirements.lock"
    folder = _HOME / f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    done = folder / "fetched"
    _HOME.mkdir(exist_ok=True)
    with (_HOME / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            words = ["--no-deps", "--require-hashes", into, str(folder), "-r", str(lock)]
            ended = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "pip", verb, "--quiet", *words],
                capture_output=True,
                text=True,
                timeout=170,
                check=False,
            )
            assert ended.returncode == 0, ended.stderr[-2000:]
            done.touch()
    return folder
