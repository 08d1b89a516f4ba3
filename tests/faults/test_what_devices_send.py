"""Duplicates by the hundred, reordered and day-old frames, forgeries, and a poisoned state."""

import random
import time

from deploy.bench.child import Child, wait_until
from deploy.bench.fleet import sample
from deploy.mosquitto import FLEET_USER
from tests.faults.carriers import Shuffler, among_thieves, copies, faithfully
from tests.faults.crew import Crew
from tests.faults.rig import Rig
from tests.support.ledger_check import Excuse
from tests.support.mqtt_clients import Listener

RATE = 100.0
DAY_MS = 86_400_000


def test_every_frame_a_hundred_times_counts_once(rig: Rig, crew: Crew) -> None:
    crew.carry = copies(100)
    crew.talk(40.0, 1.0)
    rig.settle(crew)
    assert rig.duplicates(crew) > 99


def test_frames_out_of_order_all_count(rig: Rig, crew: Crew) -> None:
    shuffler = Shuffler(random.Random(7), held=40)
    crew.carry = shuffler.carry
    crew.talk(RATE, 1.5)
    crew.carry = shuffler.release
    crew.talk(RATE, 0.3)
    rig.settle(crew, excuses={Excuse.REORDERED})


def test_a_day_of_readings_comes_late_and_in_one_go(rig: Rig, gateway: Child, crew: Crew) -> None:
    """Back-fill, with the gateway killed in the middle of it."""
    crew.talk(RATE, 0.3)
    now = time.time_ns() // 1_000_000
    for number, name in enumerate(list(crew.members)[:4]):
        rng = random.Random(number)
        times = range(now - DAY_MS, now - 60_000, 300_000)
        crew.say(name, [sample(at_ms, rng) for at_ms in times])
        if number == 1:
            gateway.kill()
            gateway.start()
    rig.settle(crew)


def test_forged_and_broken_frames_do_not_stop_honest_ones(rig: Rig, crew: Crew) -> None:
    crew.carry = among_thieves(random.Random(3))
    crew.talk(RATE, 1.5)
    rig.settle(crew)


def test_vitals_that_are_to_be_retained_are_ignored(rig: Rig, crew: Crew) -> None:
    """Also when the gateway is there to hear them; sent again as they should be, they count."""
    crew.talk(RATE, 0.3)
    rig.settle(crew)
    before = rig.stored(crew)
    first, second = list(crew.members)[:2]
    topic = crew.members[first].device.topic
    keeper = Listener(f"keeper-{crew.name}")
    keeper.client.username_pw_set(FLEET_USER, crew.password)
    keeper.connect("127.0.0.1", crew.port)

    def kept(payload: bytes) -> None:
        keeper.client.publish(topic, payload, qos=1, retain=True).wait_for_publish(10)

    def carry(to: str, payload: bytes) -> list[tuple[str, bytes]]:
        if to != topic:
            return [(to, payload)]
        kept(payload)
        return []

    crew.carry = carry
    now = time.time_ns() // 1_000_000
    crew.say(first, [sample(now, random.Random(1))])
    crew.say(second, [sample(now, random.Random(2))])
    wait_until(lambda: rig.stored(crew) > before, 20.0, what="the other's frame is stored")
    assert rig.stored(crew) == before + 1
    crew.carry = faithfully
    rig.settle(crew)
    assert rig.stored(crew) == before + 2
    kept(b"")
    keeper.close()


def test_a_poisoned_state_is_rebuilt_from_what_is_stored(
    rig: Rig, gateway: Child, crew: Crew
) -> None:
    crew.talk(RATE, 1.5)
    rig.settle(crew)
    gateway.stop()
    rig.ask(
        "WITH spoilt AS (UPDATE model_snapshot SET state = '\\x00ff00'::bytea RETURNING 1)"
        " SELECT count(*) FROM spoilt"
    )
    gateway.start()
    crew.talk(RATE, 1.0)
    rig.settle(crew, excuses={Excuse.SPOILT})
    wait_until(lambda: rig.stored(crew) > 0)
