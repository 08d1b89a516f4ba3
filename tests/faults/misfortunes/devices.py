"""What devices may send: by the hundred, out of order, a day late, beside forgeries, as a herd."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.bench.child import wait_until
from deploy.bench.fleet import sample
from deploy.services.mosquitto import FLEET_USER
from tests.faults.carriers import Shuffler, among_thieves, copies, faithfully
from tests.faults.crew import Crew
from tests.faults.scene import SETTLED_WITHIN_S, Scene
from tests.support.ledger_check import Excuse
from tests.support.mqtt_clients import Listener
from tests.support.proxy import TcpProxy

DAY_MS = 86_400_000
MOST_COPIES_PER_S = 4_000.0
HERD = 60
WITHIN_S = 60.0


def many_copies(scene: Scene) -> None:
    """Every frame up to a hundred times; each counts once."""
    crew, times = scene.crew, scene.rng.randint(50, 100)
    before, rate = scene.rig.duplicates(crew), crew.rate
    crew.rate = min(rate, MOST_COPIES_PER_S / times)
    crew.carry = copies(times)
    time.sleep(1.0)
    crew.carry = faithfully
    crew.rate = rate
    scene.settle()
    assert scene.rig.duplicates(crew) > before + times


def out_of_order(scene: Scene) -> None:
    """Frames overtake each other by far."""
    shuffler = Shuffler(random.Random(scene.rng.random()), held=scene.rng.randint(20, 60))
    scene.excuses.add(Excuse.REORDERED)
    scene.crew.carry = shuffler.carry
    scene.pause(1.5, 0.8)
    scene.crew.carry = shuffler.release


def a_day_comes_late(scene: Scene) -> None:
    """A day of readings in one go, with the gateway killed in the middle of it."""
    now = time.time_ns() // 1_000_000
    for number, name in enumerate(list(scene.crew.members)[:4]):
        rng = random.Random(scene.rng.random())
        times = range(now - DAY_MS, now - 60_000, 300_000)
        scene.crew.say(name, [sample(at_ms, rng) for at_ms in times])
        if number == 1:
            scene.gateway.kill()
            scene.gateway.start(WITHIN_S)


def forgeries(scene: Scene) -> None:
    """Forged and broken frames beside the honest ones do not stop those."""
    scene.crew.carry = among_thieves(random.Random(scene.rng.random()))
    scene.pause(1.5, 0.8)
    scene.crew.carry = faithfully


def vitals_to_be_retained(scene: Scene) -> None:
    """They are ignored, also by a gateway that is there; sent as they should be, they count."""
    crew, rate = scene.crew, scene.crew.rate
    crew.rate = 0.0
    scene.settle()
    first, second = list(crew.members)[:2]
    topic = crew.members[first].device.topic
    now = time.time_ns() // 1_000_000
    with _keeper(crew) as keeper:

        def carry(to: str, payload: bytes) -> list[tuple[str, bytes]]:
            if to != topic:
                return [(to, payload)]
            _keep(keeper, topic, payload)
            return []

        crew.carry = carry
        for name in (first, second):
            crew.say(name, [sample(now, random.Random(scene.rng.random()))])
        kept, other = ([name] for name in (first, second))
        wait_until(
            lambda: _waiting(scene, other) == 0, WITHIN_S, what="the other's frame is stored"
        )
        assert _waiting(scene, kept) == 1, "a frame to be retained was taken"
        crew.carry = faithfully
        scene.settle()
        _keep(keeper, topic, b"")
    crew.rate = rate


def _waiting(scene: Scene, devices: list[str]) -> int:
    """How many frames these devices made that are not stored."""
    made = [name for name in scene.crew.ledger.account()[0] if name[0] in devices]
    return len(made) - scene.rig.stored(devices)


@contextmanager
def _keeper(crew: Crew) -> Iterator[Listener]:
    keeper = Listener(f"keeper-{crew.name}")
    keeper.client.username_pw_set(FLEET_USER, crew.password)
    keeper.connect("127.0.0.1", crew.port)
    try:
        yield keeper
    finally:
        keeper.close()


def _keep(keeper: Listener, topic: str, payload: bytes) -> None:
    keeper.client.publish(topic, payload, qos=1, retain=True).wait_for_publish(10)


def a_herd_comes_back(scene: Scene) -> None:
    """Many clients lose their connections at once, gather readings, and return together."""
    line = TcpProxy(scene.rig.broker.private.fleet_port).start()
    seed = scene.rng.randrange(1 << 30)
    try:
        with scene.rig.crew(HERD, seed, through=line.port) as herd:
            herd.talk(120.0, 0.5)
            line.refuse()
            wait_until(lambda: not herd.online, WITHIN_S, what="all of the herd are cut off")
            herd.talk(600.0, 0.6)
            line.heal()
            wait_until(lambda: herd.linked, WITHIN_S, what="all of the herd are back")
            scene.rig.settle(herd, SETTLED_WITHIN_S)
    finally:
        line.close()


FAULTS = (
    many_copies,
    out_of_order,
    a_day_comes_late,
    forgeries,
    vitals_to_be_retained,
    a_herd_comes_back,
)
