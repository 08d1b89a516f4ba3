"""The database restarts, dies, hangs up, is slow, is locked, is full."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

from deploy.bench.child import Child
from tests.faults.crew import Crew
from tests.faults.rig import Rig

RATE = 150.0


def test_the_database_is_killed(rig: Rig, crew: Crew) -> None:
    crew.rate = RATE
    time.sleep(0.7)
    rig.server.child.kill()
    time.sleep(0.5)
    rig.server.child.start()
    rig.nothing_covered_is_lost(crew)
    rig.settle(crew)


def test_the_database_restarts(rig: Rig, crew: Crew) -> None:
    crew.rate = RATE
    time.sleep(0.5)
    rig.server.child.stop()
    rig.server.child.start()
    rig.settle(crew)


def test_the_database_ends_the_gateways_connections(rig: Rig, crew: Crew) -> None:
    crew.rate = RATE
    for _ in range(2):
        time.sleep(0.4)
        rig.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE %s",
            "homeward_gateway%",
        )
    rig.settle(crew)


def test_the_line_to_the_database_is_cut_then_half_open(rig: Rig, crew: Crew) -> None:
    crew.rate = RATE
    time.sleep(0.4)
    rig.database_line.cut()
    time.sleep(0.6)
    rig.database_line.freeze()
    time.sleep(1.0)
    rig.database_line.cut()
    rig.database_line.heal()
    rig.settle(crew)


def test_a_slow_database_only_makes_it_slower(rig: Rig, crew: Crew) -> None:
    rig.database_line.delay_s = 0.05
    crew.talk(RATE, 1.5)
    rig.nothing_covered_is_lost(crew)
    rig.database_line.heal()
    rig.settle(crew)


def test_a_locked_table_is_waited_for(rig: Rig, gateway: Child, crew: Crew) -> None:
    crew.talk(RATE, 0.3)
    with psycopg.connect(rig.url) as holder:
        holder.execute("LOCK TABLE device_window IN ACCESS EXCLUSIVE MODE")
        crew.talk(RATE, 2.0)
    rig.settle(crew)
    assert gateway.alive()


def test_a_row_held_by_somebody_else_is_waited_for(rig: Rig, crew: Crew) -> None:
    crew.talk(RATE, 0.5)
    with psycopg.connect(rig.url) as holder, ThreadPoolExecutor(1) as pool:
        holder.execute("UPDATE patient_now SET received = received")
        pool.submit(crew.talk, RATE, 1.0).result()
        holder.rollback()
    rig.settle(crew)
