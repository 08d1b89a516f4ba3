"""Who may be ended for the locks it holds, and who is only slow to leave."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from gateway.ownership.lease import GroupLease
from gateway.store import leases
from gateway.store.connection import CommitConnection
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


def claim(groups: int, group: int) -> GroupLease:
    return GroupLease(uuid4(), groups, group, home=True)


def age(session: CommitConnection, groups: int, group: int) -> None:
    """Let a worker's last heartbeat be long past."""
    with session.transaction() as connection:
        connection.execute(
            "UPDATE gateway_worker SET beat = now() - interval '1 minute'"
            ' WHERE groups = %s AND "group" = %s',
            (groups, group),
        )


def silent(session: CommitConnection, buckets: list[int]) -> list[int]:
    with session.transaction() as connection:
        return leases.end_silent(connection, buckets, LOST_S)


def gone(session: CommitConnection, groups: int) -> list[tuple[int, int]]:
    with session.transaction() as connection:
        return leases.other_divisions(connection, groups, LOST_S)


def test_a_holder_that_has_stopped_beating_is_ended(
    holder: CommitConnection, challenger: CommitConnection
) -> None:
    held = claim(1, 0)
    assert held.try_acquire(holder, LOST_S)
    assert silent(challenger, held.buckets) == []
    age(challenger, 1, 0)
    assert silent(challenger, held.buckets) == [holder.backend_pid]


def test_a_worker_that_handed_a_group_back_is_not_ended_for_it(
    holder: CommitConnection, challenger: CommitConnection
) -> None:
    home, adopted = claim(2, 1), claim(2, 0)
    assert home.try_acquire(holder, LOST_S)
    assert adopted.try_acquire(holder, LOST_S)
    adopted.release(holder)
    assert silent(challenger, home.buckets) == []


def test_a_worker_with_a_stale_row_beside_a_fresh_one_lives(
    holder: CommitConnection, challenger: CommitConnection
) -> None:
    home, other = claim(2, 1), claim(2, 0)
    assert home.try_acquire(holder, LOST_S)
    assert other.try_acquire(holder, LOST_S)
    age(challenger, 2, 0)
    assert silent(challenger, home.buckets) == []


def test_a_stopped_worker_of_another_division_is_not_forgotten_while_it_holds_locks(
    holder: CommitConnection, challenger: CommitConnection
) -> None:
    assert claim(2, 1).try_acquire(holder, LOST_S)
    age(challenger, 2, 1)
    assert gone(challenger, 4) == []
    holder.close()
    wait_until(lambda: gone(challenger, 4) == [(2, 1)], ENDED_S)  # the server notices by itself
