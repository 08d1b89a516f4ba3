"""SQL of simulated patients: begun, told step by step, erased."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

SIMULATOR = UUID("5111a7ed-0000-4000-8000-000000000001")
"""The account in whose name simulated readings are entered; nobody can sign in with it."""


async def begin(conn: Conn, patient_no: int, now: datetime) -> None:
    """Make a patient who has just been admitted a simulated one."""
    await conn.execute("SELECT begin_simulation(%s, %s, %s)", (patient_no, SIMULATOR, now))


async def of_ward(conn: Conn, ward: str) -> UUID | None:
    """Return the simulated patient of a ward, None if it has none."""
    cursor = await conn.execute(
        """SELECT id FROM patient WHERE simulated AND ward = %s AND erased_at IS NULL
            ORDER BY no LIMIT 1""",
        (ward,),
    )
    row = await cursor.fetchone()
    return row["id"] if row else None


async def lock_ward(conn: Conn, ward: str) -> None:
    """Let nobody else begin a simulated patient in this ward until the commit."""
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('homeward.simulated.' || %s, 0))", (ward,)
    )


async def among(conn: Conn, ids: list[UUID]) -> set[UUID]:
    """Return which of these patients are simulated, as far as the acting person may see them."""
    cursor = await conn.execute("SELECT id FROM patient WHERE simulated AND id = ANY (%s)", (ids,))
    return {row["id"] for row in await cursor.fetchall()}


async def erase(conn: Conn, patient_no: int, now: datetime) -> None:
    """Destroy the key and end everything of a simulated patient.

    Raises:
        psycopg.errors.InsufficientPrivilege: it is a person's record, or another ward's.
    """
    await conn.execute("SELECT erase_simulated(%s, %s)", (patient_no, now))


async def running(conn: Conn) -> list[Row]:
    """Return the stories that go on, locked; those that another process holds are left to it."""
    cursor = await conn.execute(
        """SELECT s.patient_no, s.begun_at, s.told, p.bucket
             FROM simulation s JOIN patient p ON p.no = s.patient_no
            WHERE p.state = 'active' ORDER BY s.patient_no FOR UPDATE OF s SKIP LOCKED"""
    )
    return await cursor.fetchall()


async def enter(conn: Conn, story: Row, samples: list[Row], told: int, now: datetime) -> None:
    """Give readings to the lane of a simulated patient, and note how far the story is told."""
    await conn.execute(
        """INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)
           VALUES (%s, %s, 'observations', %s, %s, %s)""",
        (
            story["patient_no"],
            story["bucket"],
            now,
            SIMULATOR,
            Jsonb({"samples": samples, "graded": True}),
        ),
    )
    await conn.execute(
        "UPDATE simulation SET told = %s WHERE patient_no = %s", (told, story["patient_no"])
    )
    await conn.execute("SELECT pg_notify('homeward_inbox', 'entry')")
