"""A real relay (coturn) on the loopback, with the secret that it shares with the API.

Fetched from the distribution when the first test asks for one.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.services.debian_packages import Recipe, cache_folder, ensure
from deploy.services.ports import HOST, free_ports
from deploy.services.process import Launch
from deploy.settings import StackSettings, plain_environment
from tests.support.servers import Running

RELAY = Recipe(
    name="relay",
    debian_suite="trixie",
    packages=("coturn",),
    programs=("usr/bin/turnserver",),
)
_CONFIG = """
listening-ip={host}
relay-ip={host}
listening-port={port}
realm=homeward
use-auth-secret
static-auth-secret={secret}
fingerprint
allow-loopback-peers
no-cli
no-tls
no-dtls
no-multicast-peers
pidfile={folder}/turnserver.pid
userdb={folder}/turndb
log-file=stdout
simple-log
verbose
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateRelay:
    """One relay, and who asked it for what, as its log says."""

    copy: Path
    folder: Path
    port: int
    secret: str

    @property
    def urls(self) -> str:
        return f"turn:{HOST}:{self.port}?transport=udp"

    @property
    def log(self) -> Path:
        return self.folder / "relay.log"

    def launch(self) -> Launch:
        """Return how it is started."""
        told = {"host": HOST, "port": self.port, "secret": self.secret, "folder": self.folder}
        config = self.folder / "turn.conf"
        config.write_text(_CONFIG.format(**told))
        program = self.copy / "usr" / "bin" / "turnserver"
        return Launch(argv=[str(program), "-c", str(config)], env=plain_environment())

    def answers(self) -> bool:
        """Whether it takes connections."""
        try:
            with socket.create_connection((HOST, self.port), timeout=2):
                return True
        except OSError:
            return False

    def settings(self) -> dict[str, str]:
        """Return what the API is told of it, as environment variables."""
        file = self.folder / "turn.secret"
        file.write_text(self.secret)
        return {"HOMEWARD_CALL_TURN_URLS": self.urls, "HOMEWARD_CALL_TURN_SECRET_FILE": str(file)}

    def allocations(self) -> int:
        """How many places were taken on it."""
        return self.log.read_text(errors="replace").count("ALLOCATE processed, success")


@contextmanager
def relay(folder: Path, secret: str) -> Iterator[PrivateRelay]:
    """Run a relay in a folder."""
    copy = ensure(RELAY, cache_folder(StackSettings()), print)
    server = PrivateRelay(copy=copy, folder=folder, port=free_ports(1)[0], secret=secret)
    running = Running(server, server.log)
    running.start()
    try:
        yield server
    finally:
        running.stop()
