"""Plans and their causes: what the re-planner reads, and the one plan that is in force."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_PATIENTS = """
    SELECT p.no, p.id, p.ward, p.language, n.news2_low, n.news2_high, n.risk, a.doctor_id, a.pinned,
           coalesce(e.worst, 0) AS worst, coalesce(e.conditions, '{}') AS conditions, e.holder,
           e.seen_by,
           array(SELECT d.id FROM care_team t JOIN doctor d ON d.user_id = t.user_id
                  WHERE t.patient_no = p.no AND d.ward = p.ward ORDER BY d.kind, d.id) AS team
      FROM patient p
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN LATERAL (
          SELECT max(CASE priority WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END) AS worst,
                 array(SELECT DISTINCT c.condition FROM (
                     SELECT unnest(array_agg(condition)) AS condition UNION ALL
                     SELECT r.condition FROM reason r
                      WHERE r.patient_no = p.no AND r.state = 'open') c) AS conditions,
                 (array_agg(doctor_id ORDER BY priority = 'high' DESC, raised_at)
                     FILTER (WHERE doctor_id IS NOT NULL))[1] AS holder,
                 (array_agg((SELECT d.id FROM doctor d WHERE d.user_id = acknowledged_by)
                            ORDER BY acknowledged_at DESC)
                     FILTER (WHERE state = 'acknowledged'
                               AND acknowledged_at > %(seen_since)s))[1] AS seen_by
            FROM episode WHERE patient_no = p.no AND kind = 'clinical'
             AND state IN ('open', 'acknowledged')) e ON true
     WHERE p.state = 'active' AND NOT p.simulated ORDER BY p.no
"""

_TAKE_FORCE = """
    INSERT INTO plan (made_at, cause, status, input, answer, in_force)
    VALUES (%(at)s, %(cause)s, %(status)s, %(input)s, %(answer)s, true) RETURNING id
"""

_ASSIGN = """
    INSERT INTO assignment (patient_no, doctor_id, minutes, pinned, plan_id)
    VALUES (%(patient)s, %(doctor)s, %(minutes)s, %(pinned)s, %(plan)s)
    ON CONFLICT (patient_no) DO UPDATE SET doctor_id = excluded.doctor_id,
        minutes = excluded.minutes, pinned = excluded.pinned, plan_id = excluded.plan_id
"""

_HISTORY = """
    SELECT id, made_at, cause, in_force, answer FROM plan
     WHERE %(at)s::timestamptz IS NULL OR (made_at, id) < (%(at)s, %(id)s::uuid)
     ORDER BY made_at DESC, id DESC LIMIT %(n)s
"""

_FORGET = """
    DELETE FROM plan WHERE NOT in_force AND id IN (
        SELECT id FROM plan ORDER BY made_at DESC, id OFFSET %s)
       AND NOT EXISTS (SELECT FROM assignment a WHERE a.plan_id = plan.id)
"""


async def patients(conn: Conn, seen_since: datetime) -> list[Row]:
    """Return every watched patient with score, risk, open alerts, present doctor and holder.

    Args:
        conn: the re-planner's connection.
        seen_since: who has acknowledged an alert since then is with the patient (``seen_by``).
    """
    return await (await conn.execute(_PATIENTS, {"seen_since": seen_since})).fetchall()


async def asked_before(conn: Conn) -> Row:
    """Return what the solver was given for the plan in force, by ward; empty before the first."""
    row = await (await conn.execute("SELECT input FROM plan WHERE in_force")).fetchone()
    found: Row = row["input"] if row else {}
    return found


async def store(
    conn: Conn,
    *,
    at: datetime,
    cause: str,
    status: str,
    asked: Row,
    answer: Row,
    assignments: Sequence[Row],
) -> UUID:
    """Put a plan in force in place of the one before, in the caller's transaction.

    Args:
        conn: the re-planner's connection, in a transaction.
        at: ward time.
        cause: what made it necessary.
        status: of the whole plan.
        asked: what the solver was given, by ward.
        answer: what it answered, by ward.
        assignments: ``patient`` (number), ``doctor``, ``minutes`` and ``pinned``.
    """
    await conn.execute("UPDATE plan SET in_force = false WHERE in_force")
    values = {
        "at": at,
        "cause": cause,
        "status": status,
        "input": Jsonb(asked),
        "answer": Jsonb(answer),
    }
    row = await (await conn.execute(_TAKE_FORCE, values)).fetchone()
    if row is None:
        raise LookupError("plan")
    plan_id: UUID = row["id"]
    async with conn.cursor() as cursor:
        await cursor.executemany(_ASSIGN, [{**one, "plan": plan_id} for one in assignments])
    await conn.execute("DELETE FROM assignment WHERE plan_id <> %s", (plan_id,))
    return plan_id


async def in_force(conn: Conn) -> Row | None:
    """Return the plan in force, None before the first."""
    cursor = await conn.execute(
        "SELECT id, made_at, cause, status, input, answer FROM plan WHERE in_force"
    )
    return await cursor.fetchone()


async def history(conn: Conn, after: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
    """Return plans, the newest first, from behind ``after`` on."""
    asked = {"at": after[0] if after else None, "id": after[1] if after else None, "n": limit}
    return await (await conn.execute(_HISTORY, asked)).fetchall()


async def find(conn: Conn, plan_id: UUID) -> Row | None:
    """Return one plan, None if it is not kept any more."""
    cursor = await conn.execute(
        "SELECT id, made_at, cause, in_force, answer FROM plan WHERE id = %s", (plan_id,)
    )
    return await cursor.fetchone()


async def pinned(conn: Conn) -> list[Row]:
    """Return the pinned patients that the acting person may see, with their doctors."""
    cursor = await conn.execute(
        """SELECT p.id AS patient, a.doctor_id AS doctor
             FROM assignment a JOIN patient p ON p.no = a.patient_no
            WHERE a.pinned ORDER BY p.id"""
    )
    return await cursor.fetchall()


async def pins(conn: Conn) -> dict[int, UUID]:
    """Return patient number to doctor, of every watched patient who is pinned."""
    cursor = await conn.execute(
        """SELECT a.patient_no, a.doctor_id FROM assignment a JOIN patient p ON p.no = a.patient_no
            WHERE a.pinned AND p.state = 'active'"""
    )
    return {row["patient_no"]: row["doctor_id"] for row in await cursor.fetchall()}


async def hold(conn: Conn) -> None:
    """Keep pins as they are until the commit, in which another plan comes into force."""
    await conn.execute("SELECT FROM plan WHERE in_force FOR NO KEY UPDATE")


async def _in_force_kept(conn: Conn) -> UUID | None:
    """Return the plan in force, which stays so until the commit.

    Where the re-planner had it, the row that was waited for is in force no more, and the next
    look finds the one that took its place.
    """
    for _ in range(2):
        kept = await conn.execute("SELECT id FROM plan WHERE in_force FOR SHARE")
        row = await kept.fetchone()
        if row is not None:
            found: UUID = row["id"]
            return found
    return None


async def pin(conn: Conn, patient_no: int, doctor_id: UUID | None) -> bool:
    """Pin a patient to a doctor, or let go of the pin; False without a plan in force."""
    if doctor_id is None:
        await _in_force_kept(conn)
        await conn.execute(
            "UPDATE assignment SET pinned = false WHERE patient_no = %s", (patient_no,)
        )
        return True
    return await give(conn, patient_no, doctor_id, pinned=True)


async def give(conn: Conn, patient_no: int, doctor_id: UUID, *, pinned: bool) -> bool:
    """Give a patient to a doctor in the plan in force; False if there is none."""
    plan_id = await _in_force_kept(conn)
    if plan_id is None:
        return False
    values = {"patient": patient_no, "doctor": doctor_id, "minutes": 0.0, "pinned": pinned}
    await conn.execute(_ASSIGN, {**values, "plan": plan_id})
    return True


async def request(conn: Conn, cause: str, at: datetime) -> UUID:
    """Ask for a new plan; the re-planner is woken by the row."""
    cursor = await conn.execute(
        "INSERT INTO replan_request (cause, requested_at) VALUES (%s, %s) RETURNING id",
        (cause, at),
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("replan_request")
    asked: UUID = row["id"]
    return asked


async def requests(conn: Conn) -> list[Row]:
    """Return the requests that no plan has answered yet."""
    cursor = await conn.execute(
        "SELECT id, cause FROM replan_request WHERE plan_id IS NULL ORDER BY requested_at LIMIT 500"
    )
    return await cursor.fetchall()


async def answer_requests(conn: Conn, ids: Sequence[UUID], plan_id: UUID) -> None:
    """Write down which plan answered these requests."""
    await conn.execute(
        "UPDATE replan_request SET plan_id = %s WHERE id = ANY (%s)", (plan_id, list(ids))
    )


async def forget(conn: Conn, keep: int) -> None:
    """Delete answered requests and plans beyond the newest ``keep``."""
    await conn.execute(
        """DELETE FROM replan_request WHERE plan_id IN (
               SELECT id FROM plan WHERE NOT in_force ORDER BY made_at DESC, id OFFSET %s)""",
        (keep,),
    )
    await conn.execute(_FORGET, (keep,))
