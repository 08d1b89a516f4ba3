"""Runs the floor against a stack, with the same frames and the same door as the gateway."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from deploy.bench.fleet import BenchDevice, Ready
from deploy.bench.floor import Spec
from deploy.bench.sender import FleetSender
from deploy.bench.stack import SOURCES, BenchBase, BenchBroker, DatabaseServer
from deploy.errors import ChildFailed
from deploy.settings import inherited_environment


class FloorResult(msgspec.Struct):
    """What the floor said: its own wall and CPU seconds from the first frame to the last."""

    ended: float
    wall_s: float
    cpu_s: float
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorRun:
    """Where the floor runs.

    Attributes:
        base: programs and secrets.
        server: the database server.
        broker: the broker.
        database: name of a database to make the floor's table in.
        plain: through the simulators' door without TLS, which the broker must have opened.
    """

    base: BenchBase
    server: DatabaseServer
    broker: BenchBroker
    database: str
    plain: bool = False

    def measure(self, fleet: Sequence[BenchDevice], frames: Sequence[Ready]) -> FloorResult:
        """Publish ``frames`` as fast as the socket takes them and wait until all are stored."""
        child = self._start(fleet, len(frames))
        try:
            if child.stdout is None or child.stdout.readline().strip() != b"ready":
                raise ChildFailed("the floor did not subscribe")
            port, password = self.broker.private.fleet_port, self.broker.fleet_password
            with FleetSender(port, password, "bench-floor") as sender:
                sender.blast(sender.packets(frames))
                output, _ = child.communicate(timeout=300)
        finally:
            child.kill()
            child.wait()
        return msgspec.json.decode(output, type=FloorResult)

    def _start(self, fleet: Sequence[BenchDevice], count: int) -> subprocess.Popen[bytes]:
        spec = Spec(
            frames=count,
            port=self.broker.private.fleet_port if self.plain else self.broker.private.service_port,
            database_url=self.server.url(self.database),
            keys={device.name: device.public.hex() for device in fleet},
        )
        if self.plain:
            spec.password = self.broker.fleet_password
        else:
            secrets = self.base.secrets
            spec.ca_file = str(secrets.file("service-ca.crt"))
            spec.certificate = str(secrets.file("gateway.crt"))
            spec.key = str(secrets.file("gateway.key"))
        file = self.base.folder / "floor.json"
        file.write_bytes(msgspec.json.encode(spec))
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "deploy.bench.floor", str(file)],
            stdout=subprocess.PIPE,
            cwd=SOURCES,
            env=inherited_environment(),
            start_new_session=True,  # as the gateway: the scheduler shares by session
        )
