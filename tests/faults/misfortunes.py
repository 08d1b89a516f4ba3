"""What may befall a ward in a soak run; each leaves the mending to the caller."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from deploy.bench.child import Child, wait_until
from deploy.bench.stack import Broker
from tests.faults.carriers import Shuffler, copies, faithfully
from tests.faults.crew import Crew
from tests.faults.rig import Rig


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a misfortune can get at."""

    rig: Rig
    gateway: Child
    crew: Crew
    rng: random.Random

    def pause(self, most_s: float = 1.0) -> None:
        time.sleep(self.rng.uniform(0.0, most_s))


Misfortune = Callable[[Scene], None]


def forget_everything(broker: Broker) -> None:
    """Lose the (dead) broker's queues, sessions and retained messages."""
    for file in Path(broker.private.folder / "data").iterdir():
        file.unlink()


def kill_gateway(scene: Scene) -> None:
    scene.gateway.kill()
    scene.pause()


def kill_gateway_in_copy(scene: Scene) -> None:
    table = scene.rng.choice(
        ["observation", "signed_frame", "device_window", "outbox", "assessment"]
    )
    with psycopg.connect(scene.rig.url) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        scene.pause()
        scene.gateway.kill()


def kill_gateway_before_acknowledging(scene: Scene) -> None:
    scene.rig.broker_line.block_up()
    scene.pause()
    scene.gateway.kill()
    scene.rig.broker_line.cut()


def stop_gateway(scene: Scene) -> None:
    scene.gateway.stop()
    scene.pause()


def suspend_gateway(scene: Scene) -> None:
    scene.gateway.suspend()
    scene.pause(4.0)


def kill_database(scene: Scene) -> None:
    scene.rig.server.child.kill()
    scene.pause(2.0)


def restart_database(scene: Scene) -> None:
    scene.rig.server.child.stop()
    scene.pause()


def end_connections(scene: Scene) -> None:
    for _ in range(scene.rng.randint(1, 4)):
        scene.rig.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE %s",
            "homeward_gateway%",
        )
        scene.pause(0.5)


def cut_database(scene: Scene) -> None:
    scene.rng.choice(
        [
            scene.rig.database_line.cut,
            scene.rig.database_line.freeze,
            scene.rig.database_line.refuse,
        ]
    )()
    scene.pause(3.0)
    scene.rig.database_line.cut()


def slow_database(scene: Scene) -> None:
    scene.rig.database_line.delay_s = scene.rng.uniform(0.01, 0.1)
    scene.pause(2.0)


def kill_broker_with_all_it_had(scene: Scene) -> None:
    scene.rig.broker.child.kill()
    forget_everything(scene.rig.broker)
    scene.pause()


def restart_broker(scene: Scene) -> None:
    scene.rig.broker.child.stop()
    scene.pause()


def cut_broker(scene: Scene) -> None:
    line = scene.rig.broker_line
    scene.rng.choice([line.cut, line.freeze, line.block_up, line.block_down, line.refuse])()
    scene.pause(3.0)
    line.cut()


def many_copies(scene: Scene) -> None:
    times = scene.rng.randint(2, 100)
    scene.crew.carry = copies(times)
    scene.pause()
    scene.crew.carry = faithfully


def out_of_order(scene: Scene) -> None:
    shuffler = Shuffler(random.Random(scene.rng.random()), held=scene.rng.randint(2, 60))
    scene.crew.carry = shuffler.carry
    scene.pause()
    scene.crew.carry = shuffler.release


def two_workers_want_the_same(scene: Scene) -> None:
    standby = scene.rig.gateway("standby")
    standby.spawn()
    scene.pause(2.0)
    scene.rng.choice([scene.gateway.suspend, scene.gateway.kill])()
    scene.pause(5.0)
    scene.gateway.resume()
    scene.pause(2.0)
    scene.rng.choice([standby.stop, standby.kill])()
    scene.rig.gateways.remove(standby)
    wait_until(lambda: not standby.alive())


def one_of_two_workers_dies(scene: Scene) -> None:
    """The ward is divided in two, one half's worker dies, and the ward is one again."""
    scene.gateway.stop()
    pair = [scene.rig.gateway(f"half-{group}", groups=2, group=group) for group in (0, 1)]
    for child in pair:
        child.spawn()
    scene.pause(5.0)
    scene.rng.choice([pair[0].kill, pair[0].suspend, pair[1].kill])()
    scene.pause(6.0)
    for child in pair:
        scene.rng.choice([child.stop, child.kill])()
        scene.rig.gateways.remove(child)


MISFORTUNES: dict[str, Misfortune] = {
    fault.__name__: fault
    for fault in (
        kill_gateway,
        kill_gateway_in_copy,
        kill_gateway_before_acknowledging,
        stop_gateway,
        suspend_gateway,
        kill_database,
        restart_database,
        end_connections,
        cut_database,
        slow_database,
        kill_broker_with_all_it_had,
        restart_broker,
        cut_broker,
        many_copies,
        out_of_order,
        two_workers_want_the_same,
        one_of_two_workers_dies,
    )
}
