"""The gateway ends, stands still, or finds its memory spoilt."""

import psycopg

from deploy.bench.child import wait_until
from tests.faults.rig import Rig
from tests.faults.scene import Scene
from tests.support.ledger_check import Excuse

WAITED_S = 30.0
STARTED_S = 60.0


def kill_gateway(scene: Scene) -> None:
    """Twice, at any moment."""
    for _ in range(2):
        scene.pause()
        scene.gateway.kill()
        scene.covered_is_kept()
        scene.gateway.start(STARTED_S)


def kill_gateway_with_full_hands(scene: Scene) -> None:
    """After receiving, before anything is stored."""
    scene.pause()
    scene.rig.database_line.freeze()
    scene.pause(least_s=0.5)
    scene.gateway.kill()
    scene.rig.database_line.heal()
    scene.gateway.start(STARTED_S)


def kill_gateway_in_copy(scene: Scene) -> None:
    """In the middle of writing readings or frames."""
    _kill_while_locked(scene, ["observation", "signed_frame"])


def kill_gateway_in_transaction(scene: Scene) -> None:
    """In the middle of writing what follows from them."""
    _kill_while_locked(scene, ["device_window", "outbox", "assessment", "patient_now"])


def _kill_while_locked(scene: Scene, tables: list[str]) -> None:
    rig = scene.rig
    with psycopg.connect(rig.url) as holder:
        holder.execute(f"LOCK TABLE {scene.rng.choice(tables)} IN SHARE MODE")
        wait_until(lambda: _waits_for_a_lock(rig), WAITED_S, what="the gateway waits for a lock")
        scene.pause(0.3)
        scene.gateway.kill()
        holder.rollback()
    scene.gateway.start(STARTED_S)


def _waits_for_a_lock(rig: Rig) -> bool:
    waiting = rig.ask(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename LIKE %s",
        "homeward_gateway%",
    )
    return bool(waiting)


def kill_gateway_before_acknowledging(scene: Scene) -> None:
    """Between commit and acknowledgement: the broker must deliver again, and none may count."""
    rig, crew = scene.rig, scene.crew
    scene.settle()
    before = rig.duplicates(crew)
    rig.broker_line.block_up()
    rig.wait_stored(crew, 30, WAITED_S)
    scene.gateway.kill()
    rig.broker_line.cut()
    rig.broker_line.heal()
    scene.gateway.start(STARTED_S)
    scene.settle()
    assert rig.duplicates(crew) > before, "the broker had nothing to deliver again"


def stop_gateway(scene: Scene) -> None:
    """As an operator does."""
    scene.pause()
    scene.gateway.stop()
    scene.pause()


def suspend_gateway(scene: Scene) -> None:
    """It is stopped in its tracks, and nobody else is there."""
    scene.pause()
    scene.gateway.suspend()
    scene.pause(4.0, 1.0)


def spoil_model_states(scene: Scene) -> None:
    """Every snapshot of these patients is garbage when the gateway starts."""
    scene.pause()
    scene.settle()
    scene.gateway.stop()
    spoilt = scene.rig.ask(
        "WITH spoilt AS (UPDATE model_snapshot s SET state = '\\x00ff00'::bytea FROM device d"
        " WHERE d.patient_no = s.patient_no AND d.id = ANY (%s) RETURNING 1)"
        " SELECT count(*) FROM spoilt",
        list(scene.crew.members),
    )
    assert spoilt, "there was no snapshot to spoil"
    scene.excuses.add(Excuse.SPOILT)
    scene.gateway.start(STARTED_S)
    scene.pause()


FAULTS = (
    kill_gateway,
    kill_gateway_with_full_hands,
    kill_gateway_in_copy,
    kill_gateway_in_transaction,
    kill_gateway_before_acknowledging,
    stop_gateway,
    suspend_gateway,
    spoil_model_states,
)
