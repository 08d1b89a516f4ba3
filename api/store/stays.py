"""SQL of stays: begun at admission, ended by a discharge; and how a relation ends otherwise."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row


async def begin(conn: Conn, patient_no: int, now: datetime, *, again: bool) -> None:
    """Begin a stay; ``again``: the patient was here before, and the lane starts anew."""
    await conn.execute("SELECT begin_stay(%s, %s, %s)", (patient_no, now, again))


async def end(conn: Conn, patient_no: int, now: datetime) -> None:
    """End the stay with its care team, place in the plan, alerts and use of devices."""
    await conn.execute("SELECT end_stay(%s, %s)", (patient_no, now))


async def follow(conn: Conn, patient_no: int, before: str, after: str, now: datetime) -> str | None:
    """End the stay with a discharge, begin a new one for whoever comes back; answer what it was.

    Args:
        conn: a connection acting for who manages the patient.
        patient_no: whose state changes.
        before: the state that was.
        after: the state that is.
        now: the ward's time.
    """
    if before == after or "discharged" not in {before, after}:
        return None
    if after == "discharged":
        await end(conn, patient_no, now)
        return "encounter.end"
    await begin(conn, patient_no, now, again=True)
    return "encounter.begin"


async def of_patient(conn: Conn, patient_no: int) -> list[Row]:
    """A patient's stays, newest first."""
    found = await conn.execute(
        """
        SELECT id, status, class, period_start, period_end, participants FROM encounter
         WHERE patient_no = %s ORDER BY period_start DESC, no DESC
        """,
        (patient_no,),
    )
    return await found.fetchall()


async def leave_wards(conn: Conn, user_id: UUID, ward: str) -> None:
    """Take from an account what any other ward than ``ward`` gave it."""
    await conn.execute("SELECT leave_wards(%s, %s)", (user_id, ward))


async def move(conn: Conn, patient_no: int, ward: str, now: datetime) -> None:
    """Take from the accounts of other wards what they had of a patient who is in ``ward`` now.

    The patient's own account goes with them; beds and kits of the old ward stay there.
    """
    await conn.execute("SELECT move_resources(%s, %s)", (patient_no, now))
    await conn.execute(
        """
        DELETE FROM care_team t USING app_user u
         WHERE t.patient_no = %s AND u.id = t.user_id AND u.ward <> %s
        """,
        (patient_no, ward),
    )
    await conn.execute(
        "UPDATE app_user SET ward = %s WHERE patient_no = %s AND ward <> %s",
        (ward, patient_no, ward),
    )


async def unlink_patient(conn: Conn, user_id: UUID, patient_no: int) -> bool:
    """Part an account from a patient's record; False if it was not linked to it."""
    found = await conn.execute(
        """
        UPDATE app_user SET patient_no = NULL,
               state = CASE WHEN state = 'active' THEN 'pending' ELSE state END
         WHERE id = %s AND patient_no = %s
        """,
        (user_id, patient_no),
    )
    return found.rowcount > 0
