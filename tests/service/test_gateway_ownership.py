"""Who may be ended for the locks it holds, and who is only slow to leave."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest

from gateway.ownership.lease import GroupLease, give_back
from gateway.ownership.shares import GROUPS
from gateway.store import leases
from gateway.store.connection import CommitConnection
from gateway.store.leases import HeartbeatConnection
from tests.support.databases import Database
from tests.support.servers import wait_until

LOST_S, ENDED_S = 5.0, 30.0


@pytest.fixture
def holder(database: Database) -> Iterator[CommitConnection]:
    session = CommitConnection(database.superuser)
    yield session
    session.close()


@pytest.fixture
def challenger(database: Database) -> Iterator[CommitConnection]:
    session = CommitConnection(database.superuser)
    yield session
    session.close()


def claim(group: int) -> GroupLease:
    return GroupLease(uuid4(), group)


def age(session: CommitConnection, group: int) -> None:
    """Let a worker's last heartbeat be long past."""
    with session.transaction() as connection:
        connection.execute(
            """UPDATE gateway_worker SET beat = now() - interval '1 minute' WHERE "group" = %s""",
            (group,),
        )


def silent(session: CommitConnection, buckets: Sequence[int]) -> list[int]:
    with session.transaction() as connection:
        return leases.end_silent(connection, buckets, LOST_S)


def gone(session: CommitConnection, groups: int) -> list[tuple[int, int]]:
    with session.transaction() as connection:
        return leases.other_divisions(connection, groups, LOST_S)


def test_a_holder_that_has_stopped_beating_is_ended(
    holder: CommitConnection, challenger: CommitConnection
) -> None:
    held = claim(0)
    assert held.try_acquire(holder, LOST_S)
    assert silent(challenger, held.buckets) == []
    age(challenger, 0)
    assert silent(challenger, held.buckets) == [holder.backend_pid]


def test_a_worker_that_gave_a_group_back_is_not_ended_for_it(
    holder: CommitConnection, challenger: CommitConnection
) -> None:
    kept, given = claim(1), claim(0)
    assert kept.try_acquire(holder, LOST_S)
    assert given.try_acquire(holder, LOST_S)
    give_back(holder, [given], last=True)
    assert silent(challenger, kept.buckets) == []


def test_a_worker_with_a_stale_row_beside_a_fresh_one_lives(
    holder: CommitConnection, challenger: CommitConnection
) -> None:
    one, other = claim(1), claim(0)
    assert one.try_acquire(holder, LOST_S)
    assert other.try_acquire(holder, LOST_S)
    age(challenger, 0)
    assert silent(challenger, one.buckets) == []


def test_a_stopped_worker_of_another_division_is_not_forgotten_while_it_holds_locks(
    holder: CommitConnection, challenger: CommitConnection
) -> None:
    assert claim(1).try_acquire(holder, LOST_S)
    age(challenger, 1)
    assert gone(challenger, 4) == []
    holder.close()
    wait_until(lambda: gone(challenger, 4) == [(GROUPS, 1)], ENDED_S)  # the server notices itself


@pytest.fixture
def heart(database: Database) -> Iterator[HeartbeatConnection]:
    lease = HeartbeatConnection(database.gateway, uuid4())
    yield lease
    lease.close()


def test_a_worker_lives_while_it_beats_and_can_commit(
    holder: CommitConnection, challenger: CommitConnection, heart: HeartbeatConnection
) -> None:
    assert heart.live(LOST_S) == frozenset()
    heart.beat(GROUPS, [], holder.backend_pid)
    (worker,) = heart.live(LOST_S)
    with challenger.transaction() as connection:
        connection.execute("UPDATE gateway_member SET beat = now() - interval '1 minute'")
    assert heart.live(LOST_S) == frozenset()
    heart.beat(GROUPS, [], holder.backend_pid)
    assert heart.live(LOST_S) == {worker}
    holder.close()
    wait_until(lambda: heart.live(LOST_S) == frozenset(), ENDED_S)  # however lately it beat


def test_a_group_is_free_that_nobody_has_taken_or_that_was_given_back_or_lost(
    holder: CommitConnection, challenger: CommitConnection, heart: HeartbeatConnection
) -> None:
    first, second = claim(0), claim(1)
    assert heart.free(GROUPS, LOST_S) == list(range(GROUPS))
    assert first.try_acquire(holder, LOST_S)
    assert second.try_acquire(holder, LOST_S)
    assert heart.free(GROUPS, LOST_S) == list(range(2, GROUPS))
    give_back(holder, [second], last=False)
    assert heart.free(GROUPS, LOST_S) == list(range(1, GROUPS))
    assert second.try_acquire(challenger, LOST_S)
    age(challenger, 1)
    assert heart.free(GROUPS, LOST_S) == list(range(1, GROUPS))
    holder.close()
    wait_until(lambda: heart.free(GROUPS, LOST_S) == list(range(GROUPS)), ENDED_S)


@pytest.mark.parametrize("last", [False, True])
def test_who_reads_the_heartbeats_is_not_told_of_a_gap_while_a_group_changes_hands(
    holder: CommitConnection, challenger: CommitConnection, *, last: bool
) -> None:
    held = claim(0)
    assert held.try_acquire(holder, LOST_S)
    give_back(holder, [held], last=last)
    with challenger.transaction() as connection:
        fresh = "SELECT count(*) FROM gateway_worker WHERE beat > now() - interval '30 s'"
        found = connection.execute(fresh).fetchone()
    assert found == (0 if last else 1,)
