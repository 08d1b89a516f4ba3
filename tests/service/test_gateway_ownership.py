"""Who may be ended for the locks it holds, and who is only slow to leave."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from gateway.ownership.lease import Claim
from gateway.store import leases
from gateway.store.connection import Session
from tests.support.databases import Database

LOST_S = 5.0


@pytest.fixture
def holder(database: Database) -> Iterator[Session]:
    session = Session(database.superuser)
    yield session
    session.close()


@pytest.fixture
def challenger(database: Database) -> Iterator[Session]:
    session = Session(database.superuser)
    yield session
    session.close()


def claim(groups: int, group: int) -> Claim:
    return Claim(uuid4(), groups, group, home=True)


def age(session: Session, groups: int, group: int) -> None:
    """Let a worker's last heartbeat be long past."""
    with session.transaction() as connection:
        connection.execute(
            "UPDATE gateway_worker SET beat = now() - interval '1 minute'"
            ' WHERE groups = %s AND "group" = %s',
            (groups, group),
        )


def silent(session: Session, buckets: list[int]) -> list[int]:
    with session.transaction() as connection:
        return leases.end_silent(connection, buckets, LOST_S)


def gone(session: Session, groups: int) -> list[tuple[int, int]]:
    with session.transaction() as connection:
        return leases.other_divisions(connection, groups, LOST_S)


def test_a_holder_that_has_stopped_beating_is_ended(holder: Session, challenger: Session) -> None:
    held = claim(1, 0)
    assert held.try_take(holder, LOST_S)
    assert silent(challenger, held.buckets) == []
    age(challenger, 1, 0)
    assert silent(challenger, held.buckets) == [holder.backend_pid]


def test_a_worker_that_handed_a_group_back_is_not_ended_for_it(
    holder: Session, challenger: Session
) -> None:
    home, adopted = claim(2, 1), claim(2, 0)
    assert home.try_take(holder, LOST_S)
    assert adopted.try_take(holder, LOST_S)
    adopted.give_up(holder)
    assert silent(challenger, home.buckets) == []


def test_a_worker_with_a_stale_row_beside_a_fresh_one_lives(
    holder: Session, challenger: Session
) -> None:
    home, other = claim(2, 1), claim(2, 0)
    assert home.try_take(holder, LOST_S)
    assert other.try_take(holder, LOST_S)
    age(challenger, 2, 0)
    assert silent(challenger, home.buckets) == []


def test_a_stopped_worker_of_another_division_is_not_forgotten_while_it_holds_locks(
    holder: Session, challenger: Session
) -> None:
    assert claim(2, 1).try_take(holder, LOST_S)
    age(challenger, 2, 1)
    assert gone(challenger, 4) == []
    holder.close()
    assert gone(challenger, 4) == [(2, 1)]
