"""Workers stand still, die, come, go and share the ward out among themselves."""

import time
from collections.abc import Callable

import psycopg

from deploy.bench.child import Child, wait_until
from gateway.ownership.shares import GROUPS
from tests.faults.crew import Member
from tests.faults.rig import Rig
from tests.faults.scene import Scene

TAKEN_WITHIN_S = 10.0
WITHIN_S = 60.0


def a_stopped_worker_is_replaced(scene: Scene) -> None:
    """It cannot commit when it wakes, and does not fight: it gets its share, and all in the end."""
    rig, crew = scene.rig, scene.crew
    second = another(rig)
    lost = holder_of(rig, 0)
    taken_from(scene, lost, scene.gateway.suspend)
    scene.gateway.resume()
    wait_until(lambda: shares(rig) == HALVES, TAKEN_WITHIN_S, what="the revived one has its share")
    shared = holders(rig)
    time.sleep(3.0)
    assert holders(rig) == shared, "the revived worker fought for the buckets"
    scene.settle()
    second.stop()
    wait_until(lambda: shares(rig) == ALL, TAKEN_WITHIN_S, what="the first took over again")
    rig.wait_stored(crew, 1, WITHIN_S)


def taken_from(
    scene: Scene, lost: object, end: Callable[[], None], within_s: float = TAKEN_WITHIN_S
) -> float:
    """End a worker; in time another serves its groups and stores what their devices say."""
    rig = scene.rig
    its_groups = {group for group, worker in holders(rig).items() if worker == lost}
    its = [name for name, one in scene.crew.members.items() if group_of(one) in its_groups]
    assert its, "no device of this crew was the lost worker's"
    end()
    stopped = time.monotonic()
    wait_until(lambda: free_of(rig, lost), within_s, what="the other took over")
    before = rig.stored(its)
    wait_until(lambda: rig.stored(its) > before, within_s, what="the other stores")
    took_s = time.monotonic() - stopped
    assert took_s < within_s, f"served again after {took_s:.1f} s"
    return took_s


def another(rig: Rig, name: str = "another", **extra: str) -> Child:
    """A second worker, with its share of the groups."""
    child = rig.gateway(name, extra)
    child.start(WITHIN_S)
    wait_until(lambda: shares(rig) == HALVES, WITHIN_S, what="the groups are shared out")
    return child


def two_workers_want_the_same(scene: Scene) -> None:
    """One dies or stands still at any moment of the other's coming."""
    second = scene.rig.gateway("second")
    second.spawn()
    scene.pause(2.0)
    scene.rng.choice([scene.gateway.suspend, scene.gateway.kill])()
    scene.pause(5.0)
    scene.gateway.resume()
    scene.pause(2.0)
    scene.rng.choice([second.stop, second.kill])()


def one_of_two_workers_dies(scene: Scene) -> None:
    """The other takes the dead one's groups, and gives back what is another's share."""
    rig, crew = scene.rig, scene.crew
    second = another(rig)
    rig.wait_stored(crew, 30, WITHIN_S)
    second.kill()
    wait_until(lambda: shares(rig) == ALL, TAKEN_WITHIN_S, what="the other takes its groups")
    scene.settle()
    second.start(WITHIN_S)
    wait_until(lambda: shares(rig) == HALVES, TAKEN_WITHIN_S, what="half is given back")
    scene.settle()
    second.stop()
    wait_until(lambda: shares(rig) == ALL, TAKEN_WITHIN_S, what="one has all again")
    scene.settle()


def one_of_two_workers_vanishes(scene: Scene) -> None:
    """A second one comes, one of both goes at any moment, and it is one again."""
    second = scene.rig.gateway("second")
    second.spawn()
    scene.pause(5.0)
    scene.rng.choice([scene.gateway.kill, scene.gateway.suspend, second.kill])()
    scene.pause(6.0)
    for child in (scene.gateway, second):
        scene.rng.choice([child.stop, child.kill])()


def workers_come_and_go(scene: Scene) -> None:
    """Three more come one by one, and go one by one in any way, while frames flow."""
    rig, more = scene.rig, [scene.rig.gateway(f"more-{number}") for number in range(3)]
    for child in more:
        child.spawn()
        scene.pause(4.0)
    wait_until(lambda: shares(rig) == [4, 4, 4, 4], WITHIN_S, what="four have four groups each")
    scene.rng.shuffle(more)
    for child in more:
        scene.rng.choice([child.stop, child.kill, child.suspend])()
        scene.pause(3.0)
    wait_until(lambda: shares(rig) == ALL, WITHIN_S, what="one has all again")
    for child in more:
        child.kill()


ALL, HALVES = [GROUPS], [GROUPS // 2, GROUPS // 2]


def holders(rig: Rig) -> dict[int, object]:
    """Which worker that is alive serves each group."""
    with psycopg.connect(rig.url) as connection:
        rows = connection.execute(
            """SELECT "group", worker FROM gateway_worker
                WHERE groups = %s AND backend_pid IN (SELECT pid FROM pg_stat_activity)
                  AND beat > now() - interval '2 s'""",
            (GROUPS,),
        ).fetchall()
    return dict(rows)


def shares(rig: Rig) -> list[int]:
    """How many groups each worker that serves any has, in order."""
    served = list(holders(rig).values())
    return sorted(served.count(worker) for worker in set(served))


def holder_of(rig: Rig, group: int) -> object:
    """Which worker serves a group."""
    return holders(rig).get(group)


def group_of(member: Member) -> int:
    """The group that a device belongs to."""
    return int(member.device.bucket, 16) % GROUPS


def free_of(rig: Rig, lost: object) -> bool:
    """Whether every group is served, and none by this worker."""
    found = holders(rig)
    return len(found) == GROUPS and lost not in found.values()


FAULTS = (
    a_stopped_worker_is_replaced,
    two_workers_want_the_same,
    one_of_two_workers_dies,
    one_of_two_workers_vanishes,
    workers_come_and_go,
)
