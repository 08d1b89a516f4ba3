"""SQL of what tells that a row of the panel has something else to say."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from api.store.types import Conn

_MARKS = """
    SELECT p.no, n.received, n.measured, p.rev, a.doctor_id
      FROM patient p LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN assignment a ON a.patient_no = p.no
     WHERE p.no = ANY (%s)
"""


class RowMark(NamedTuple):
    """What changes whenever readings, record, plan of care or owner do; alerts tell themselves."""

    received: datetime | None
    measured: datetime | None
    rev: int
    doctor: UUID | None


async def marks(conn: Conn, numbers: Collection[int]) -> dict[int, RowMark]:
    """Return the marks of these patients (the engine's login)."""
    found = await conn.execute(_MARKS, (list(numbers),))
    return {
        row["no"]: RowMark(row["received"], row["measured"], row["rev"], row["doctor_id"])
        for row in await found.fetchall()
    }


async def seen(conn: Conn, patients: Collection[UUID]) -> dict[int, UUID]:
    """Return the numbers of those whom the acting user may see."""
    found = await conn.execute("SELECT no, id FROM patient WHERE id = ANY (%s)", (list(patients),))
    return {row["no"]: row["id"] for row in await found.fetchall()}
