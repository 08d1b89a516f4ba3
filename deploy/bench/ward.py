"""One ward for one scenario: a fresh database, a fresh broker, gateways, an enrolled fleet."""

import random
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from deploy.bench.child import Child
from deploy.bench.fleet import BenchDevice, Ready, enrol, make_fleet, rounds
from deploy.bench.observe import Observer
from deploy.bench.sender import FleetSender
from deploy.bench.stack import (
    GATEWAY_LOGIN,
    BenchBase,
    BenchBroker,
    DatabaseServer,
    GatewaySpec,
    broker,
    gateway_child,
)

STEP_MS = 40
CALM_S, CALM_CORES = 12.0, 0.05  # longer than an idle worker lets an acknowledgement wait


@dataclass(frozen=True, slots=True, kw_only=True)
class WardPlan:
    """What a scenario asks for.

    Attributes:
        devices: how many are enrolled.
        workers: how many gateways share the patients.
        environment: further settings of the gateways.
        seed: of the fleet and its readings.
        clock_rate: ward seconds for each real one; above 1 the ward clock starts now.
    """

    devices: int = 500
    workers: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1
    clock_rate: float = 1.0


@dataclass(slots=True, kw_only=True)
class BenchWard:
    """A running ward."""

    server: DatabaseServer
    broker: BenchBroker
    database: str
    fleet: list[BenchDevice]
    gateways: list[Child]
    observer: Observer
    sender: FleetSender
    rng: random.Random
    origin: float
    clock_rate: float
    last_ms: int = 0

    def now_ms(self) -> int:
        """What the devices' clocks show: ward time."""
        real = time.time()  # noqa: TID251 - a benchmark is an edge
        return int((self.origin + (real - self.origin) * self.clock_rate) * 1000)

    def frames(
        self, count: int, rate: float | None = None, shocks: Collection[int] = ()
    ) -> list[Ready]:
        """The fleet's next frames in turn, with times that grow and never lie ahead.

        Args:
            count: how many.
            rate: frames a second at which they will be sent from now on; None: all at once.
            shocks: numbers of those among them that call at once.
        """
        now, speakers = self.now_ms(), len(self.fleet)
        turns = -(-count // speakers)
        if rate is None:
            step = max(1, min(STEP_MS, (now - self.last_ms) // turns))
            first = now - turns * step
        else:
            step = max(1, int(1000 * speakers / rate * self.clock_rate))
            first = now
        self.last_ms = first + turns * step
        return list(rounds(self.fleet, count, first, step, self.rng, shocks=shocks))

    def send_and_wait(self, frames: Sequence[Ready], timeout_s: float = 300.0) -> float:
        """Publish all at once; return seconds from the first byte to the last one's commit."""
        before = self.observer.stored()
        packets = self.sender.packets(frames)
        began = self.sender.blast(packets)
        self.observer.wait_stored(before + len(frames), timeout_s)
        return self.observer.newest_commit() - began

    def warm_up(self, vitals_each: int = 2) -> None:
        """Let every device say what its clock reads, and a little more."""
        self.last_ms = now = self.now_ms()
        self.send_and_wait([device.clock(now) for device in self.fleet])
        if vitals_each:
            self.send_and_wait(self.frames(vitals_each * len(self.fleet)))

    def await_calm(self, timeout_s: float = 120.0) -> None:
        """Wait until the gateways have done what they still owed, acknowledgements above all.

        Raises:
            TimeoutError: they never come to rest.
        """
        deadline, used = time.monotonic() + timeout_s, self.cpu_s()
        while True:
            time.sleep(CALM_S)
            before, used = used, self.cpu_s()
            if used - before < CALM_CORES * CALM_S:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"the gateways were not calm within {timeout_s} s")

    def cpu_s(self) -> float:
        """CPU seconds of all gateways so far."""
        return sum(child.cpu_s() for child in self.gateways)

    def resident_bytes(self) -> int:
        """Resident memory of all gateways."""
        return sum(child.resident_bytes() for child in self.gateways)


@contextmanager
def ward(base: BenchBase, server: DatabaseServer, plan: WardPlan) -> Iterator[BenchWard]:
    """Yield a ward whose gateways are ready and whose devices are enrolled."""
    with ExitStack() as stack:
        own_broker = stack.enter_context(broker(base))
        database = server.fresh()
        origin = time.time()  # noqa: TID251 - a benchmark is an edge
        fleet = make_fleet(plan.devices, plan.seed)
        enrol(server.url(database), fleet, datetime.fromtimestamp(origin, UTC))
        gateways = _start_gateways(stack, base, server, (own_broker, database, plan, origin))
        yield BenchWard(
            server=server,
            broker=own_broker,
            database=database,
            fleet=fleet,
            gateways=gateways,
            observer=stack.enter_context(Observer(server.url(database))),
            sender=stack.enter_context(_sender(own_broker)),
            rng=random.Random(plan.seed),  # noqa: S311 - readings, not secrets
            origin=origin,
            clock_rate=plan.clock_rate,
        )


def _sender(own_broker: BenchBroker) -> FleetSender:
    return FleetSender(own_broker.private.fleet_port, own_broker.fleet_password)


def _start_gateways(
    stack: ExitStack,
    base: BenchBase,
    server: DatabaseServer,
    about: tuple[BenchBroker, str, WardPlan, float],
) -> list[Child]:
    own_broker, database, plan, origin = about
    extra = dict(plan.environment)
    if plan.clock_rate != 1.0:
        start = datetime.fromtimestamp(origin, UTC).isoformat()
        extra |= {
            "HOMEWARD_CLOCK_START": start,
            "HOMEWARD_CLOCK_RATE": str(plan.clock_rate),
            "HOMEWARD_CLOCK_ORIGIN": str(origin),
        }
    gateways = []
    for number in range(plan.workers):
        spec = GatewaySpec(
            database_url=server.url(database, GATEWAY_LOGIN),
            mqtt_port=own_broker.private.service_port,
            extra=extra,
        )
        child = gateway_child(base, spec, f"gateway-{number}")
        stack.callback(child.stop)
        gateways.append(child)
    for child in gateways:
        child.start()
    return gateways
