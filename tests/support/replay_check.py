"""Holds the model state that the gateway wrote down against a replay of what is stored.

Two rebuilds with the gateway's own function: from the snapshots it took while it ran, and from
nothing but the stored frames. They must agree bit for bit, and every snapshot must be readable:
one that is not is rebuilt without a word, so that a gateway that writes nothing else would agree.
"""

import time
from collections.abc import Sequence

import psycopg

from analytics.policy import Policy
from analytics.settings.in_force import WardSettingsCache
from gateway.recovery.lanes import LaneLoader, ModelCache
from gateway.state.lanes import LaneCache

REPLAY_DAYS = 30.0
MOST_LANES = 100_000


def replay_differs(url: str, devices: Sequence[str], *, spoilt: bool = False) -> list[int]:
    """Patients of these devices whose state is not what a replay of their frames gives.

    Args:
        url: a superuser's address.
        devices: whose patients are looked at.
        spoilt: somebody spoilt snapshots on purpose.

    Raises:
        AssertionError: a snapshot cannot be read, and nobody spoilt any.
    """
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        rows = connection.execute(
            "SELECT patient_no FROM device WHERE id = ANY (%s)", (list(devices),)
        ).fetchall()
        patients = [int(number) for (number,) in rows]
        running, damaged = _states(connection, patients)
        connection.execute("DELETE FROM model_snapshot WHERE patient_no = ANY (%s)", (patients,))
        replayed, _ = _states(connection, patients)
        connection.rollback()
    assert spoilt or not damaged, f"{damaged} of the snapshots written down cannot be read"
    return [patient for patient in patients if running[patient] != replayed[patient]]


def _states(connection: psycopg.Connection, patients: list[int]) -> tuple[dict[int, bytes], int]:
    """Each patient's state, and how many snapshots could not be read."""
    book = LaneCache(Policy(), MOST_LANES)
    restorer = LaneLoader(book, ModelCache(), REPLAY_DAYS, WardSettingsCache())
    damaged = restorer.restore(connection, patients, time.time_ns() // 1_000_000)
    states: dict[int, bytes] = {}
    for patient in patients:
        hold = book.get(patient)
        assert hold is not None
        states[patient] = hold.lane.snapshot()
    return states, damaged
