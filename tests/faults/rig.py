"""The stack that the fault tests break: real servers behind proxies, and real gateway processes."""

import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from deploy.bench.child import Child, wait_until
from deploy.bench.fleet import enrol, make_fleet
from deploy.bench.stack import (
    GATEWAY_LOGIN,
    BenchBase,
    BenchBroker,
    DatabaseServer,
    GatewaySpec,
    broker,
    database_server,
    gateway_child,
    through,
)
from tests.faults.crew import Crew, working
from tests.faults.member import make_member
from tests.support.ledger_check import NO_EXCUSE, Excuse, check
from tests.support.proxy import TcpProxy
from tests.support.replay_check import replay_differs

IMPATIENT = {
    "HOMEWARD_ACK_S": "0.5",
    "HOMEWARD_ACK_LATEST_S": "2",
    "HOMEWARD_HEARTBEAT_S": "0.3",
    "HOMEWARD_HEARTBEAT_LOST_S": "2",
    "HOMEWARD_COMMIT_TIMEOUT_S": "8",
    "HOMEWARD_SNAPSHOT_FRAMES": "8",
    "HOMEWARD_SNAPSHOT_S": "2",
}
MOST_RESIDENT = 400 * 1024 * 1024
STARTED_S = 60.0


@dataclass(slots=True, kw_only=True)
class Rig:
    """Servers, the proxies in front of them, and the gateways that are (or were) running.

    Attributes:
        gateways: the first serves the whole ward, others are a misfortune's.
        crews: how many a seed has had.
    """

    base: BenchBase
    server: DatabaseServer
    broker: BenchBroker
    database: str
    database_line: TcpProxy
    broker_line: TcpProxy
    gateways: list[Child] = field(default_factory=list)
    crews: Counter[int] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        """The superuser's address, past the proxy."""
        return self.server.url(self.database)

    def gateway(self, name: str, extra: Mapping[str, str] | None = None) -> Child:
        """A gateway that meets both servers through the proxies; started by the caller."""
        login = self.server.url(self.database, GATEWAY_LOGIN)
        spec = GatewaySpec(
            database_url=through(login, self.database_line.port),
            mqtt_port=self.broker_line.port,
            extra=IMPATIENT | dict(extra or {}),
        )
        child = gateway_child(self.base, spec, name)
        self.gateways.append(child)
        return child

    def public_keys(self) -> tuple[bytes, bytes]:
        """The gateway's public keys: for signatures and for sealing."""
        sign = self.base.secrets.file("gateway-sign.key").read_bytes()
        box = self.base.secrets.file("gateway-box.key").read_bytes()
        return bytes(SigningKey(sign).verify_key), bytes(PrivateKey(box).public_key)

    @contextmanager
    def crew(self, size: int, seed: int, through: int | None = None) -> Iterator[Crew]:
        """Newly enrolled devices at work; their names, keys and readings come from the seed.

        Args:
            size: how many.
            seed: of everything that is drawn.
            through: port of a proxy before the broker; each has a connection of its own there.
        """
        before, self.crews[seed] = self.crews[seed], self.crews[seed] + 1
        name = f"s{seed}" if not before else f"s{seed}x{before}"
        fleet = make_fleet(size, seed, name)
        enrol(self.url, fleet, datetime.now(UTC))
        keys = self.public_keys()
        crew = Crew(
            members={device.name: make_member(device, keys) for device in fleet},
            port=through or self.broker.private.fleet_port,
            apart=through is not None,
            password=self.broker.fleet_password,
            rng=random.Random(seed),
            name=name,
        )
        with working(crew):
            yield crew

    def ask(self, statement: str, *parameters: object) -> object:
        """One value from the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(statement, parameters).fetchone()
        return None if row is None else row[0]

    def stored(self, devices: Collection[str]) -> int:
        """How many frames of these devices are stored."""
        count = self.ask(
            "SELECT count(*) FROM signed_frame f JOIN device d ON d.no = f.device_no"
            " WHERE d.id = ANY (%s)",
            list(devices),
        )
        return int(str(count))

    def duplicates(self, crew: Crew) -> int:
        """How many frames the gateway recognised as seen before."""
        count = self.ask(
            "SELECT coalesce(sum(duplicates), 0) FROM device_window w JOIN device d"
            " ON d.no = w.device_no WHERE d.id = ANY (%s)",
            list(crew.members),
        )
        return int(str(count))

    def wait_stored(self, crew: Crew, more: int, timeout_s: float = 20.0) -> None:
        """Wait until that many more of the crew's frames are stored."""
        wanted = self.stored(crew.members) + more
        wait_until(
            lambda: self.stored(crew.members) >= wanted, timeout_s, what=f"{more} more stored"
        )

    def settle(
        self, crew: Crew, timeout_s: float = 40.0, excuses: Collection[Excuse] = NO_EXCUSE
    ) -> None:
        """Wait until everything is acknowledged, and hold the ledger against the database.

        Args:
            crew: whose frames.
            timeout_s: for the last acknowledgement.
            excuses: what the faults so far may have done to honest frames.
        """
        try:
            crew.settle(timeout_s)
        except TimeoutError as late:
            tails = "\n".join(f"--- {child.name}\n{child.tail()}" for child in self.gateways)
            raise AssertionError(f"{late}: {crew.waiting} left\n{tails}") from None
        self._holds(crew, excuses, settled=True)
        spoilt = Excuse.SPOILT in excuses
        differs = replay_differs(self.url, list(crew.members), spoilt=spoilt)
        assert differs == [], f"model state of patients {differs} is not what a replay gives"
        for child in self.gateways:
            assert child.resident_bytes() < MOST_RESIDENT

    def nothing_covered_is_lost(self, crew: Crew, excuses: Collection[Excuse] = NO_EXCUSE) -> None:
        """The first law, at any moment."""
        self._holds(crew, excuses, settled=False)

    def _holds(self, crew: Crew, excuses: Collection[Excuse], *, settled: bool) -> None:
        names = list(crew.members)
        verdict = check(self.url, crew.ledger, names, settled=settled, excuses=excuses)
        assert verdict.faults() == {}, verdict.faults()
        assert verdict.made or not settled

    def mend(self) -> None:
        """Whatever is down comes back: servers answer, lines are good, one gateway is ready."""
        self.database_line.heal()
        self.broker_line.heal()
        for server in (self.server.child, self.broker.child):
            if not server.alive():
                server.start(STARTED_S)
        for extra in self.gateways[1:]:
            extra.stop()
        del self.gateways[1:]
        first = self.gateways[0]
        first.resume()
        if not first.alive():
            first.start(STARTED_S)

    def discard_gateways(self) -> None:
        """End all gateways and forget them."""
        for child in self.gateways:
            child.stop()
        self.gateways.clear()


@contextmanager
def rig(base: BenchBase, disk: Path | None = None) -> Iterator[Rig]:
    """Yield a rig without a gateway; the database lies on ``disk`` if given."""
    with ExitStack() as stack:
        place = replace(base, folder=disk) if disk else base
        server = stack.enter_context(database_server(place))
        own_broker = stack.enter_context(broker(base))
        database_line = TcpProxy(server.private.port).start()
        broker_line = TcpProxy(own_broker.private.service_port).start()
        stack.callback(database_line.close)
        stack.callback(broker_line.close)
        made = Rig(
            base=base,
            server=server,
            broker=own_broker,
            database=server.fresh(),
            database_line=database_line,
            broker_line=broker_line,
        )
        stack.callback(made.discard_gateways)
        yield made
