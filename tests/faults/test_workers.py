"""Two workers: they share the load, one is stopped in its tracks, one dies, and nothing is lost."""

import time
from collections.abc import Collection

import psycopg

from deploy.bench.child import Child, wait_until
from tests.faults.carriers import faithfully
from tests.faults.crew import Crew
from tests.faults.rig import Rig
from tests.support.ledger_check import NO_EXCUSE, Excuse

RATE = 150.0
TAKEN_WITHIN_S = 10.0
WITHIN_S = 60.0


def holder_of(rig: Rig, group: int = 0, groups: int = 1) -> object:
    return rig.ask(
        'SELECT worker FROM gateway_worker WHERE groups = %s AND "group" = %s', groups, group
    )


def test_a_stopped_worker_is_replaced_and_cannot_commit_when_it_wakes(
    rig: Rig, gateway: Child, crew: Crew
) -> None:
    crew.talk(RATE, 0.7)
    standby = rig.gateway("standby")
    standby.spawn()
    time.sleep(1.5)
    crew.rate = RATE
    first = holder_of(rig)
    gateway.suspend()
    stopped = time.monotonic()
    wait_until(lambda: holder_of(rig) != first, TAKEN_WITHIN_S, what="the standby took over")
    second = holder_of(rig)
    before = rig.stored(crew)
    wait_until(lambda: rig.stored(crew) > before, TAKEN_WITHIN_S, what="the standby stores")
    assert time.monotonic() - stopped < TAKEN_WITHIN_S
    gateway.resume()
    crew.talk(RATE, 3.0)
    assert holder_of(rig) == second, "the revived worker fought for the buckets"
    rig.settle(crew)
    standby.stop()
    wait_until(lambda: holder_of(rig) != second, TAKEN_WITHIN_S, what="the first took over again")
    crew.talk(RATE, 0.5)
    rig.settle(crew)


def test_two_workers_share_and_one_takes_over_from_the_other(rig: Rig, crew: Crew) -> None:
    pair = divided(rig, 2)
    crew.talk(RATE, 1.0)
    assert workers_at_work(rig) == 2
    crew.rate = RATE
    dead, living = holder_of(rig, 0, 2), holder_of(rig, 1, 2)
    pair[0].kill()
    wait_until(lambda: holder_of(rig, 0, 2) == living, TAKEN_WITHIN_S, what="the other adopts")
    rig.settle(crew)
    pair[0].start()
    crew.rate = RATE
    back = (living, dead, None)
    wait_until(lambda: holder_of(rig, 0, 2) not in back, TAKEN_WITHIN_S, what="handed over")
    rig.settle(crew)
    united(rig, crew)


def test_what_waited_for_another_division_is_handled_by_the_new_one(rig: Rig, crew: Crew) -> None:
    pair = divided(rig, 2)
    wait_until(lambda: members_of(rig, 1) == 0, WITHIN_S, what="the first division is forgotten")
    crew.talk(RATE, 0.5)
    rig.settle(crew)
    for child in pair:
        child.stop()
    before = rig.stored(crew)
    crew.talk(RATE, 1.0)
    crew.carry = lambda _topic, _payload: []  # what the broker has not got now, it never gets
    missing = crew.waiting
    assert missing > RATE / 2
    divided(rig, 3)
    wait_until(lambda: rig.stored(crew) >= before + missing, WITHIN_S, what="all of it is stored")
    wait_until(lambda: members_of(rig, 2) == 0, WITHIN_S, what="the old division is forgotten")
    crew.carry = faithfully
    rig.settle(crew, excuses={Excuse.REORDERED})
    united(rig, crew, {Excuse.REORDERED})


def divided(rig: Rig, groups: int) -> list[Child]:
    """The ward is divided among so many workers, now at work; others are stopped."""
    for child in rig.gateways:
        child.stop()
    workers = [rig.gateway(f"of-{groups}-{n}", groups=groups, group=n) for n in range(groups)]
    for child in workers:
        child.start()
    return workers


def united(rig: Rig, crew: Crew, excuses: Collection[Excuse] = NO_EXCUSE) -> None:
    """One worker serves the whole ward again."""
    for child in rig.gateways:
        child.stop()
    rig.gateways[0].start()
    crew.talk(RATE, 0.5)
    rig.settle(crew, excuses=excuses)


def members_of(rig: Rig, groups: int) -> int:
    return int(str(rig.ask("SELECT count(*) FROM gateway_worker WHERE groups = %s", groups)))


def workers_at_work(rig: Rig) -> int:
    with psycopg.connect(rig.url) as connection:
        rows = connection.execute(
            "SELECT DISTINCT worker FROM gateway_worker WHERE beat > now() - interval '2 s'"
        ).fetchall()
    return len(rows)
