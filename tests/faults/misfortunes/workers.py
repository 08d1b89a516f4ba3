"""Workers stand still, die, want the same buckets, or divide the ward among them anew."""

import time

import psycopg

from deploy.bench.child import Child, wait_until
from tests.faults.carriers import faithfully
from tests.faults.rig import Rig
from tests.faults.scene import Scene
from tests.support.ledger_check import Excuse

TAKEN_WITHIN_S = 10.0
WITHIN_S = 60.0


def a_stopped_worker_is_replaced(scene: Scene) -> None:
    """It cannot commit when it wakes, and does not fight; it serves again when the other goes."""
    rig, crew = scene.rig, scene.crew
    standby = another(rig)
    first = holder_of(rig)
    scene.gateway.suspend()
    second = taken_from(scene, first)
    scene.gateway.resume()
    time.sleep(3.0)
    assert holder_of(rig) == second, "the revived worker fought for the buckets"
    scene.settle()
    standby.stop()
    wait_until(lambda: holder_of(rig) != second, TAKEN_WITHIN_S, what="the first took over again")
    rig.wait_stored(crew, 1, WITHIN_S)


def taken_from(scene: Scene, first: object) -> object:
    """Wait until another worker has the buckets and stores, which it must in time."""
    rig, crew, stopped = scene.rig, scene.crew, time.monotonic()
    wait_until(lambda: holder_of(rig) != first, TAKEN_WITHIN_S, what="the standby took over")
    before = rig.stored(crew.members)
    wait_until(lambda: rig.stored(crew.members) > before, TAKEN_WITHIN_S, what="the standby stores")
    took_s = time.monotonic() - stopped
    assert took_s < TAKEN_WITHIN_S, f"served again after {took_s:.1f} s"
    return holder_of(rig)


def another(rig: Rig, **extra: str) -> Child:
    """A second worker for the same buckets, standing by."""
    before = backends(rig)
    standby = rig.gateway("standby", extra)
    standby.spawn()
    wait_until(lambda: backends(rig) > before, WITHIN_S, what="the standby stands by")
    return standby


def two_workers_want_the_same(scene: Scene) -> None:
    """One dies or stands still at any moment of the other's coming."""
    standby = scene.rig.gateway("standby")
    standby.spawn()
    scene.pause(2.0)
    scene.rng.choice([scene.gateway.suspend, scene.gateway.kill])()
    scene.pause(5.0)
    scene.gateway.resume()
    scene.pause(2.0)
    scene.rng.choice([standby.stop, standby.kill])()


def one_of_two_workers_dies(scene: Scene) -> None:
    """They share the load; the other adopts the dead one's group and hands it back."""
    rig, crew = scene.rig, scene.crew
    pair = divided(scene, 2)
    rig.wait_stored(crew, 30, WITHIN_S)
    assert workers_at_work(rig) == 2
    dead, living = holder_of(rig, 0, 2), holder_of(rig, 1, 2)
    pair[0].kill()
    wait_until(lambda: holder_of(rig, 0, 2) == living, TAKEN_WITHIN_S, what="the other adopts")
    scene.settle()
    pair[0].start(WITHIN_S)
    back = (living, dead, None)
    wait_until(lambda: holder_of(rig, 0, 2) not in back, TAKEN_WITHIN_S, what="handed over")
    scene.settle()
    united(scene)


def one_of_two_workers_vanishes(scene: Scene) -> None:
    """The ward is divided in two, one half's worker goes at any moment, and it is one again."""
    scene.excuses.add(Excuse.REORDERED)
    scene.gateway.stop()
    pair = [scene.rig.gateway(f"half-{group}", groups=2, group=group) for group in (0, 1)]
    for child in pair:
        child.spawn()
    scene.pause(5.0)
    scene.rng.choice([pair[0].kill, pair[0].suspend, pair[1].kill])()
    scene.pause(6.0)
    for child in pair:
        scene.rng.choice([child.stop, child.kill])()


def what_waited_is_handled_by_another_division(scene: Scene) -> None:
    """What the broker keeps for two workers is handled by three."""
    rig, crew, rate = scene.rig, scene.crew, scene.crew.rate
    pair = divided(scene, 2)
    wait_until(lambda: members_of(rig, 1) == 0, WITHIN_S, what="the first division is forgotten")
    scene.settle()
    crew.rate = 0.0
    scene.settle()
    for child in pair:
        child.stop()
    before = rig.stored(crew.members)
    crew.talk(min(rate, 150.0), 1.0)
    crew.carry = lambda _topic, _payload: []  # what the broker has not got now, it never gets
    missing = crew.waiting
    assert missing
    divided(scene, 3)
    wait_until(lambda: rig.stored(crew.members) >= before + missing, WITHIN_S, what="all is stored")
    wait_until(lambda: members_of(rig, 2) == 0, WITHIN_S, what="the old division is forgotten")
    crew.carry = faithfully
    scene.settle()
    crew.rate = rate
    united(scene)


def holder_of(rig: Rig, group: int = 0, groups: int = 1) -> object:
    """Which worker serves a group."""
    return rig.ask(
        'SELECT worker FROM gateway_worker WHERE groups = %s AND "group" = %s', groups, group
    )


def backends(rig: Rig) -> int:
    """How many connections gateways have to the database."""
    count = rig.ask(
        "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE %s", "homeward_gateway%"
    )
    return int(str(count))


def divided(scene: Scene, groups: int) -> list[Child]:
    """The ward is divided among so many workers, now at work; others are stopped."""
    scene.excuses.add(Excuse.REORDERED)
    rig = scene.rig
    for child in rig.gateways:
        child.stop()
    workers = [rig.gateway(f"of-{groups}-{n}", groups=groups, group=n) for n in range(groups)]
    for child in workers:
        child.start(WITHIN_S)
    return workers


def united(scene: Scene) -> None:
    """One worker serves the whole ward again."""
    for child in scene.rig.gateways:
        child.stop()
    scene.gateway.start(WITHIN_S)
    scene.rig.wait_stored(scene.crew, 1, WITHIN_S)


def members_of(rig: Rig, groups: int) -> int:
    """How many groups of this division have a worker."""
    return int(str(rig.ask("SELECT count(*) FROM gateway_worker WHERE groups = %s", groups)))


def workers_at_work(rig: Rig) -> int:
    """How many have been heard of lately."""
    with psycopg.connect(rig.url) as connection:
        rows = connection.execute(
            "SELECT DISTINCT worker FROM gateway_worker WHERE beat > now() - interval '2 s'"
        ).fetchall()
    return len(rows)


FAULTS = (
    a_stopped_worker_is_replaced,
    two_workers_want_the_same,
    one_of_two_workers_dies,
    one_of_two_workers_vanishes,
    what_waited_is_handled_by_another_division,
)
