"""The database dies, restarts, hangs up, is slow, is locked, is full."""

import psycopg

from deploy.bench.child import wait_until
from tests.faults.disk import filled, without_room
from tests.faults.scene import Scene

STARTED_S = 60.0


def kill_database(scene: Scene) -> None:
    """At any moment."""
    scene.pause()
    scene.rig.server.child.kill()
    scene.pause(2.0, 0.3)
    scene.rig.server.child.start(STARTED_S)
    scene.covered_is_kept()


def restart_database(scene: Scene) -> None:
    """As an operator does."""
    scene.pause()
    scene.rig.server.child.stop()
    scene.pause()
    scene.rig.server.child.start(STARTED_S)


def end_connections(scene: Scene) -> None:
    """The server hangs up on the gateway, more than once."""
    for _ in range(scene.rng.randint(2, 4)):
        scene.pause(0.5)
        scene.rig.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE %s",
            "homeward_gateway%",
        )


def cut_database(scene: Scene) -> None:
    """The line is reset, again and again."""
    for _ in range(scene.rng.randint(1, 3)):
        scene.pause()
        scene.rig.database_line.cut()


def freeze_database(scene: Scene) -> None:
    """The line is half-open: nobody is told."""
    scene.pause()
    scene.rig.database_line.freeze()
    scene.pause(3.0, 1.0)
    scene.rig.database_line.cut()


def refuse_database(scene: Scene) -> None:
    """Nobody is let in for a while."""
    scene.pause()
    scene.rig.database_line.refuse()
    scene.pause(3.0, 0.5)


def slow_database(scene: Scene) -> None:
    """It only makes it slower."""
    scene.rig.database_line.delay_s = scene.rng.uniform(0.01, 0.1)
    scene.pause(2.0, 1.0)
    scene.covered_is_kept()


def lock_a_table(scene: Scene) -> None:
    """Somebody else has a whole table; it is waited for."""
    tables = ["device_window", "observation", "patient_now", "model_snapshot", "device"]
    scene.pause(0.5)
    with psycopg.connect(scene.rig.url) as holder:
        holder.execute(f"LOCK TABLE {scene.rng.choice(tables)} IN ACCESS EXCLUSIVE MODE")
        scene.pause(3.0, 1.0)
    assert scene.gateway.alive()


def hold_rows(scene: Scene) -> None:
    """Somebody else has changed rows and not made up their mind; it is waited for."""
    scene.pause(0.5)
    with psycopg.connect(scene.rig.url) as holder:
        holder.execute("UPDATE patient_now SET received = received")
        scene.pause(2.0, 1.0)
        holder.rollback()
    assert scene.gateway.alive()


def fill_the_disk(scene: Scene) -> None:
    """No room for the database to write, for a while."""
    server = scene.rig.server.child
    scene.pause()
    with filled(scene.disk) if scene.disk else without_room(scene.rig, scene.rng):
        scene.pause(2.5, 1.0)
    wait_until(
        lambda: not server.alive() or server.answers(), STARTED_S, what="it is up or has ended"
    )
    if not server.alive():
        server.start(STARTED_S)
    scene.covered_is_kept()


FAULTS = (
    kill_database,
    restart_database,
    end_connections,
    cut_database,
    freeze_database,
    refuse_database,
    slow_database,
    lock_a_table,
    hold_rows,
    fill_the_disk,
)
