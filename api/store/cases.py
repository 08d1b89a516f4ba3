"""SQL of cases: a patient shown to several doctors for a time, with a question."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import errors

from api.store.types import Conn, Row

Side = Literal["to_me", "by_me"]

# An expert sees no row of the patient: `patient` is null for them, and the key comes by the case.
_CASE = """
    SELECT c.id, c.no, c.patient_no, p.id AS patient, c.asked_by, c.asked_at, c.until, c.closed_at,
           c.label, c.question, k.id AS key_of, k.master_version, k.wrapped,
           CASE WHEN c.closed_at IS NOT NULL THEN 'closed' WHEN case_is_open(c.id) THEN 'open'
                ELSE 'over' END AS state,
           c.id = ANY (expert_cases()) AS asked_of_me,
           coalesce(nullif(a.display_name, ''), a.username) AS asked_by_name,
           a.ward AS asked_by_ward
      FROM expert_case c JOIN case_key_seen k ON k.case_id = c.id
      LEFT JOIN patient p ON p.no = c.patient_no LEFT JOIN app_user a ON a.id = c.asked_by
"""


class NotAskedError(Exception):
    """A case cannot be opened to one of these people: no active doctor, or the asker."""


class NoConsentError(Exception):
    """A case cannot be opened to another ward: the patient has not agreed to sharing."""


async def add(conn: Conn, values: Row) -> UUID:
    """Open a case.

    Args:
        conn: a connection acting for the asker.
        values: ``no`` of the patient, ``by``, ``now``, ``hours`` (real), ``label`` and
            ``question`` (both sealed).
    """
    found = await conn.execute(
        """INSERT INTO expert_case (patient_no, asked_by, asked_at, until, label, question)
           VALUES (%(no)s, %(by)s, %(now)s, now() + make_interval(hours => %(hours)s), %(label)s,
                   %(question)s) RETURNING id""",
        values,
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(values["no"])
    made: UUID = row["id"]
    return made


async def add_experts(conn: Conn, case_id: UUID, patient_no: int, users: Sequence[UUID]) -> None:
    """Open a case to these doctors.

    Raises:
        NotAskedError: one of them is no active doctor, or the asker.
        NoConsentError: one is of another ward, and the patient has not agreed to sharing.
    """
    try:
        async with conn.transaction():
            await conn.execute(
                """INSERT INTO case_expert (case_id, patient_no, user_id)
                   SELECT %s, %s, unnest(%s::uuid[])""",
                (case_id, patient_no, list(users)),
            )
    except errors.ForeignKeyViolation as unknown:
        raise NotAskedError from unknown
    except errors.InsufficientPrivilege as refused:
        raise NoConsentError from refused


async def one(conn: Conn, case_id: UUID) -> Row | None:
    """Return a case that the acting person may look into now, with the patient's key."""
    return await (await conn.execute(_CASE + " WHERE c.id = %s", (case_id,))).fetchone()


async def page(
    conn: Conn,
    *,
    patient_no: int | None = None,
    side: Side | None = None,
    before: int | None,
    limit: int,
) -> list[Row]:
    """Return cases that the acting person may look into, the newest first; from ``before`` on.

    Args:
        conn: a connection acting for who asks.
        patient_no: of one patient alone.
        side: those asked of the acting person, or by them, alone.
        before: below this number.
        limit: at most so many.
    """
    found = await conn.execute(
        _CASE
        + """ WHERE (%(no)s::integer IS NULL OR c.patient_no = %(no)s)
                AND (%(side)s::text IS NULL
                     OR (%(side)s = 'to_me' AND c.id = ANY ((SELECT expert_cases())::uuid[]))
                     OR (%(side)s = 'by_me' AND c.asked_by = acting_user()))
                AND (%(before)s::bigint IS NULL OR c.no < %(before)s)
              ORDER BY c.no DESC LIMIT %(limit)s""",
        {"no": patient_no, "side": side, "before": before, "limit": limit},
    )
    return await found.fetchall()


async def experts(conn: Conn, cases: Sequence[UUID]) -> list[Row]:
    """Return whom these cases were opened to, and what each concluded."""
    found = await conn.execute(
        """SELECT e.case_id, e.user_id AS user, e.conclusion, e.signed_at, e.signature, u.ward,
                  coalesce(nullif(u.display_name, ''), u.username) AS name
             FROM case_expert e JOIN app_user u ON u.id = e.user_id
            WHERE e.case_id = ANY (%s) ORDER BY u.ward, name, e.user_id""",
        (list(cases),),
    )
    return await found.fetchall()


async def doctors(conn: Conn) -> list[Row]:
    """Return whom a case can be opened to: ``id``, ``name``, ``ward``, ``skills``."""
    return await (await conn.execute("SELECT * FROM doctors_to_ask()")).fetchall()


async def close(conn: Conn, case_id: UUID, by: UUID, now: datetime) -> bool:
    """Close a case; False: it is closed already, or the acting person may not."""
    found = await conn.execute(
        "UPDATE expert_case SET closed_at = %s, closed_by = %s WHERE id = %s AND closed_at IS NULL",
        (now, by, case_id),
    )
    return bool(found.rowcount)


async def sign(conn: Conn, case_id: UUID, values: Row) -> bool:
    """Write what an expert concludes; False: it is signed already.

    Args:
        conn: a connection acting for the expert.
        case_id: of which case.
        values: ``by``, ``conclusion`` (sealed), ``now``, ``signature``.
    """
    found = await conn.execute(
        """UPDATE case_expert SET conclusion = %(conclusion)s, signed_at = %(now)s,
                  signature = %(signature)s
            WHERE case_id = %(case)s AND user_id = %(by)s AND signed_at IS NULL""",
        {**values, "case": case_id},
    )
    return bool(found.rowcount)


async def write(conn: Conn, case_id: UUID, values: Row) -> UUID:
    """Write an opinion or a remark: ``no`` of the patient, ``kind``, ``now``, ``by``, ``text``."""
    found = await conn.execute(
        """INSERT INTO case_entry (case_id, patient_no, kind, written_at, written_by, text)
           VALUES (%(case)s, %(no)s, %(kind)s, %(now)s, %(by)s, %(text)s) RETURNING id""",
        {**values, "case": case_id},
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(case_id)
    made: UUID = row["id"]
    return made


async def written(conn: Conn, case_id: UUID) -> list[Row]:
    """Return opinions and remarks, in the order in which they were written."""
    found = await conn.execute(
        """SELECT e.id, e.kind, e.written_at, e.written_by, e.text, u.ward,
                  coalesce(nullif(u.display_name, ''), u.username) AS written_by_name
             FROM case_entry e LEFT JOIN app_user u ON u.id = e.written_by
            WHERE e.case_id = %s ORDER BY e.no LIMIT 1000""",
        (case_id,),
    )
    return await found.fetchall()


async def revision(conn: Conn, case_id: UUID) -> int:
    """Return a number that grows with whatever is said in a case."""
    found = await conn.execute(
        """SELECT (SELECT count(*) FROM case_entry WHERE case_id = %(id)s)
                + (SELECT count(*) FROM case_expert
                    WHERE case_id = %(id)s AND signed_at IS NOT NULL) AS n""",
        {"id": case_id},
    )
    row = await found.fetchone()
    return int(row["n"]) if row else 0


async def own(conn: Conn, patient_no: int) -> list[Row]:
    """Return to whom the acting patient's case was shown."""
    return await (await conn.execute("SELECT * FROM own_cases(%s)", (patient_no,))).fetchall()


async def in_record(conn: Conn, patient_no: int, *, before: int | None, limit: int) -> list[Row]:
    """Return the cases of a patient as they stand in the record, the newest first.

    Args:
        conn: a connection acting for who sees the patient, or for the patient.
        patient_no: whose.
        before: below this number.
        limit: at most so many.
    """
    found = await conn.execute(
        "SELECT * FROM record_cases(%s, NULL, %s, %s)", (patient_no, before, limit)
    )
    return await found.fetchall()


async def one_in_record(conn: Conn, case_id: UUID) -> Row | None:
    """Return one of them."""
    return await (
        await conn.execute("SELECT * FROM record_cases(NULL, %s, NULL, 1)", (case_id,))
    ).fetchone()
