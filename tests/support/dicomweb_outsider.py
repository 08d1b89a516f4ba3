"""A DICOMweb client that nobody here wrote (``dicomweb-client``), fetched as its lock says.

A checkout that does not run the tests of images never fetches it.
"""

# ruff: noqa: ANN401 - pydicom's and the client's own types

import fcntl
import hashlib
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

_LOCK = Path(__file__).parent / "dicomweb" / "requirements.lock"
_HOME = Path(__file__).parents[2] / ".make"


def outsider(url: str, token: str, **more: Any) -> Any:
    """Return a client that speaks to an address in somebody's name."""
    folder = str(_fetched())
    if folder not in sys.path:
        sys.path.append(folder)
    client = import_module("dicomweb_client.api").DICOMwebClient
    return client(url, headers={"Authorization": f"Bearer {token}"}, **more)


def _fetched() -> Path:
    folder = _HOME / f"dicomweb-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]}"
    done = folder / "fetched"
    _HOME.mkdir(exist_ok=True)
    with (_HOME / "dicomweb.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            words = ["--no-deps", "--require-hashes", "--target", str(folder), "-r", str(_LOCK)]
            ended = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "pip", "install", "--quiet", *words],
                capture_output=True,
                text=True,
                timeout=170,
                check=False,
            )
            assert ended.returncode == 0, ended.stderr[-2000:]
            done.touch()
    return folder
