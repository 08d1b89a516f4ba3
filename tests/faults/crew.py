"""Reference devices of the simulator, run by the test, with a ledger of what they made.

One thread owns all cores; MQTT only fills the queue that it reads, as in the simulator's own loop,
but here the test says who speaks, how fast, and what becomes of what is published. Devices share
one connection, or have one each (``apart``).
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

import msgspec

from deploy.bench.child import wait_until
from deploy.bench.fleet import BenchDevice, sample
from deploy.services.mosquitto import FLEET_USER
from device_sim.device.actions import Action, Forgot, Made, Obey, Publish, TwoClocks
from device_sim.ward.mqtt import Endpoint, Heard, Inward, Link, LinkDown, LinkUp
from gateway import wire
from tests.faults.carriers import Carry, faithfully
from tests.faults.member import Member
from tests.support.ledger import FrameLedger

TICK_S = 0.2
STEP_S = 0.01
SHARE_ILL = 0.2
KINDS = (wire.TopicKind.ACKS, wire.TopicKind.COMMANDS)
FILTERS = tuple(f"homeward/v1/+/+/{kind}" for kind in KINDS)


@dataclass(slots=True)
class Crew:
    """Devices; ``rate`` frames a second in all, 0 to be silent.

    Attributes:
        apart: whether each has a connection of its own, else all share one.
        clock_ms: what the devices' clocks show.
        carry: what becomes of what they publish.
    """

    members: dict[str, Member]
    port: int
    password: str
    rng: random.Random
    name: str
    apart: bool = False
    rate: float = 0.0
    clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    carry: Carry = faithfully
    ledger: FrameLedger = field(default_factory=FrameLedger)
    failure: BaseException | None = None
    _inward: Inward = field(default_factory=SimpleQueue)
    _orders: "SimpleQueue[Callable[[], None]]" = field(default_factory=SimpleQueue)
    _stop: threading.Event = field(default_factory=threading.Event)
    _links: dict[str, Link] = field(default_factory=dict)
    _up: set[str] = field(default_factory=set)

    def run(self) -> None:
        """The thread's loop."""
        try:
            self._loop()
        except BaseException as failure:  # noqa: BLE001 - told to the test by ``settle``
            self.failure = failure

    def _loop(self) -> None:
        owed, last, next_tick = 0.0, time.monotonic(), 0.0
        while not self._stop.is_set():
            self._hear()
            now = time.monotonic()
            owed, last = min(owed + (now - last) * self.rate, 50.0), now
            while owed >= 1.0:
                owed -= 1.0
                self._speak(self.rng.choice(list(self.members.values())))
            if now >= next_tick:
                next_tick = now + TICK_S
                for member in self.members.values():
                    self.do(member, member.core.tick(self.moment()))

    def _hear(self) -> None:
        while True:
            try:
                self._orders.get_nowait()()
            except Empty:
                break
        try:
            item = self._inward.get(timeout=STEP_S)
            while True:
                self._heard(item)
                item = self._inward.get_nowait()
        except Empty:
            return

    def _heard(self, item: LinkUp | LinkDown | Heard) -> None:
        if isinstance(item, Heard):
            self._message(item)
            return
        up = isinstance(item, LinkUp)
        (self._up.add if up else self._up.discard)(item.client_id)
        for name, member in self.members.items():
            if self._client_of(name) != item.client_id:
                continue
            if up:
                self.do(member, member.core.connected(self.moment()))
            else:
                member.core.disconnected()

    def _client_of(self, device: str) -> str:
        return f"crew-{device}" if self.apart else f"crew-{self.name}"

    @property
    def online(self) -> int:
        """How many connections are up."""
        return len(self._up)

    @property
    def linked(self) -> bool:
        """Whether all connections are up."""
        return bool(self._links) and self.online == len(self._links)

    def _message(self, item: Heard) -> None:
        topic = wire.parse_topic(item.topic)
        member = self.members.get(topic.device) if isinstance(topic, wire.Topic) else None
        if member is None or isinstance(topic, wire.Refusal):
            return
        if topic.kind is wire.TopicKind.ACKS:
            retained = item.retained
            now = self.moment()
            self.do(member, member.core.heard_acks(item.payload, now, retained=retained))
        elif topic.kind is wire.TopicKind.COMMANDS:
            self.do(member, member.core.heard_command(item.payload, self.moment()))

    def moment(self) -> TwoClocks:
        return TwoClocks(self.clock_ms(), time.monotonic())

    def _speak(self, member: Member, samples: Sequence[wire.Sample] | None = None) -> None:
        if samples is None:
            samples = [self._measure()]
        self.do(member, member.core.measured(samples, self.moment()))

    def _measure(self) -> wire.Sample:
        """A round of vitals; now and then alarming ones, so that there is something to find."""
        well = sample(self.clock_ms(), self.rng)
        ill = self.rng.random() < SHARE_ILL
        return msgspec.structs.replace(well, hr=152.0, rr=31.0, spo2=84.0) if ill else well

    def do(self, member: Member, actions: Sequence[Action]) -> None:
        device = member.device
        for action in actions:
            match action:
                case Made():
                    name = (device.name, action.boot, action.seq)
                    self.ledger.made(name, device.patient, action.frame)
                case Publish():
                    if action.resend:
                        self.ledger.again((device.name, action.boot, action.seq))
                    self._publish(device, action)
                case Forgot():
                    assert not action.dropped
                    self.ledger.cover([(device.name, action.boot, action.seq)])
                case Obey(command):
                    state = wire.ReceiptState.DECLINED
                    self.do(member, member.core.finished(command.id, state, self.moment()))

    def _publish(self, device: BenchDevice, action: Publish) -> None:
        client = self._client_of(device.name)
        if client in self._up:
            for topic, payload in self.carry(device.topic_of(action.kind), action.payload):
                self._links[client].publish(topic, payload)

    def order(self, do: Callable[[], None]) -> None:
        """Have the devices' thread do something, and wait until it has."""
        done = threading.Event()

        def carry_out() -> None:
            do()
            done.set()

        self._orders.put(carry_out)
        assert done.wait(10), "the devices' thread is stuck"

    def say(self, device: str, samples: Sequence[wire.Sample]) -> None:
        """Have one device send these samples."""
        self.order(lambda: self._speak(self.members[device], samples))

    def talk(self, rate: float, seconds: float) -> None:
        """Speak for a while; the rate stays as it was afterwards."""
        before, self.rate = self.rate, rate
        time.sleep(seconds)
        self.rate = before

    @property
    def waiting(self) -> int:
        """How many frames are spooled and not covered."""
        return sum(len(member.spool) for member in self.members.values())

    def settle(self, timeout_s: float = 40.0) -> None:
        """Fall silent, and wait until every frame is covered."""
        self.rate = 0.0
        wait_until(lambda: self.failure or not self.waiting, timeout_s, what="all frames covered")
        if self.failure:
            raise self.failure

    def connect(self) -> None:
        """Open the connections; ``linked`` tells when all are up."""
        if not self.apart:
            self._connect(f"crew-{self.name}", FILTERS)
            return
        for name, member in self.members.items():
            self._connect(self._client_of(name), [member.device.topic_of(kind) for kind in KINDS])

    def _connect(self, client: str, filters: Sequence[str]) -> None:
        endpoint = Endpoint(
            host="127.0.0.1",
            port=self.port,
            client_id=client,
            username=FLEET_USER,
            password=self.password,
        )
        link = self._links[client] = Link(endpoint, filters, self._inward)
        link.start()

    def close(self) -> None:
        self._stop.set()
        for link in self._links.values():
            link.stop(forget_session=True)


@contextmanager
def working(crew: Crew) -> Iterator[Crew]:
    """A crew at work."""
    thread = threading.Thread(target=crew.run, daemon=True)
    thread.start()
    crew.connect()
    try:
        wait_until(lambda: crew.linked, 30.0, what="the crew is connected")
        yield crew
    finally:
        crew.close()
        thread.join(timeout=10)
