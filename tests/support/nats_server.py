"""A real NATS server with JetStream."""

import socket
from dataclasses import dataclass
from pathlib import Path

from deploy.services.ports import HOST
from deploy.services.process import Launch
from deploy.settings import plain_environment
from tests.support.pip_outsiders import installed

_CONFIG = """
listen: "{host}:{port}"
jetstream {{ store_dir: "{folder}" }}
"""


def program() -> Path:
    """Return the server's program."""
    return installed("nats") / "bin" / "nats-server"


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
