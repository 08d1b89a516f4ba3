"""kill -9 of the gateway: after receive, in the COPY, between commit and acknowledgement."""

import random
import time

import psycopg
import pytest

from deploy.bench.child import Child, wait_until
from tests.faults.crew import Crew
from tests.faults.rig import Rig

RATE = 150.0


@pytest.mark.parametrize("seed", [1])
def test_kills_at_random_moments_lose_nothing(
    rig: Rig, gateway: Child, crew: Crew, seed: int
) -> None:
    rng = random.Random(seed)
    crew.rate = RATE
    for _ in range(2):
        time.sleep(rng.uniform(0.05, 0.9))
        gateway.kill()
        rig.nothing_covered_is_lost(crew)
        gateway.start()
    rig.settle(crew)


def test_killed_after_receive_before_anything_is_stored(
    rig: Rig, gateway: Child, crew: Crew
) -> None:
    crew.talk(RATE, 0.5)
    rig.database_line.freeze()
    crew.talk(RATE, 0.7)
    gateway.kill()
    rig.database_line.heal()
    gateway.start()
    rig.settle(crew)


def test_killed_in_the_middle_of_the_copy(rig: Rig, gateway: Child, crew: Crew) -> None:
    crew.talk(RATE, 0.5)
    with psycopg.connect(rig.url) as holder:
        holder.execute("LOCK TABLE observation IN SHARE MODE")
        crew.talk(RATE, 0.5)
        wait_until(lambda: waits_for_a_lock(rig), what="the gateway waits in its COPY")
        gateway.kill()
        holder.rollback()
    gateway.start()
    rig.settle(crew)


def test_killed_between_commit_and_acknowledgement(rig: Rig, gateway: Child, crew: Crew) -> None:
    crew.talk(RATE, 0.5)
    rig.broker_line.block_up()
    crew.rate = RATE
    rig.wait_stored(crew, 30)
    crew.rate = 0.0
    gateway.kill()
    rig.broker_line.cut()
    rig.broker_line.heal()
    gateway.start()
    rig.settle(crew)
    assert rig.duplicates(crew) > 0, "the broker had nothing to deliver again"


def waits_for_a_lock(rig: Rig) -> bool:
    waiting = rig.ask(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename LIKE %s",
        "homeward_gateway%",
    )
    return bool(waiting)
