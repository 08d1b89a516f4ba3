"""Stored assessments as they count now, to be held against what is computed again."""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg import Connection, IsolationLevel

from gateway.store.connection import Row, connect, translated

_PATIENTS = """
    SELECT no FROM patient
     WHERE erased_at IS NULL AND (%(patient)s::uuid IS NULL OR id = %(patient)s::uuid)
     ORDER BY no
"""
_STORED = """
    SELECT frame_id, (extract(epoch FROM received) * 1000)::bigint,
           (extract(epoch FROM time) * 1000)::bigint, model_version, plan_revision,
           score, low, high, band, single_3, missing, assumed, late, risk
      FROM assessment WHERE patient_no = %s AND superseded_as IS NULL ORDER BY frame_id
"""


class Assessed(NamedTuple):
    """One stored assessment: of which fold, when it came, what it said, and the risk."""

    frame_id: int
    received_ms: int
    said: Sequence[object]
    risk: float | None


def snapshot(url: str) -> "Connection[Row]":
    """A connection that sees the database as it is at its first question, and writes nothing.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    connection = connect(url, "homeward-verify")
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def patients(connection: "Connection[Row]", patient: str | None) -> list[int]:
    """Numbers of the patients in question; None: all who were not erased."""
    with translated():
        rows = connection.execute(_PATIENTS, {"patient": patient}).fetchall()
    return [no for (no,) in rows]


def stored(connection: "Connection[Row]", patient_no: int) -> list[Assessed]:
    """A patient's assessments that count, in the order of the folds."""
    with translated():
        rows = connection.execute(_STORED, (patient_no,)).fetchall()
    return [Assessed(row[0], row[1], tuple(row[2:-1]), row[-1]) for row in rows]
