"""Inputs of people to a patient's lane, waiting for the gateway to fold them in order."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn


async def add_outcome(
    conn: Conn, patient_no: int, bucket: int, *, now: datetime, entered_by: UUID, payload: Jsonb
) -> None:
    """Add what a clinician found an alert to be worth."""
    await conn.execute(
        """INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)
           VALUES (%s, %s, 'outcome', %s, %s, %s)""",
        (patient_no, bucket, now, entered_by, payload),
    )
