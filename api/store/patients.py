"""SQL of patients' records, care plans and care teams; row-level security does the choosing."""

from datetime import datetime
from uuid import UUID

from psycopg.errors import InvalidParameterValue
from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_RECORD = """
    SELECT p.id, p.no, p.bucket, p.ward, p.sealed, p.sex, p.language, p.time_zone, p.state,
           p.simulated, p.paused_until, p.plan_revision, p.rev AS revision, p.created_at,
           k.master_version, k.wrapped,
           c.spo2_scale, c.limits, c.scoring, c.profile, c.settings, c.reasons,
           d.id AS doctor_id, d.name AS doctor_name, m.id AS merged_into
      FROM patient p
      LEFT JOIN patient m ON m.no = p.merged_into
      LEFT JOIN patient_key k ON k.patient_no = p.no
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN doctor d ON d.id = a.doctor_id
"""


async def record(conn: Conn, patient_id: UUID, *, lock: bool = False) -> Row | None:
    """One patient whom the acting user may see; ``lock`` keeps the row until the commit."""
    tail = " WHERE p.id = %s FOR NO KEY UPDATE OF p" if lock else " WHERE p.id = %s"
    found = await conn.execute(_RECORD + tail, (patient_id,))
    return await found.fetchone()


async def records(
    conn: Conn, *, after: int, limit: int, external_hash: bytes | None = None
) -> list[Row]:
    """Patients whom the acting user may see, in the order they came, after a number."""
    found = await conn.execute(
        _RECORD
        + """
         WHERE p.no > %(after)s
           AND (%(hash)s::bytea IS NULL OR p.external_hash = %(hash)s)
         ORDER BY p.no LIMIT %(limit)s
        """,
        {"after": after, "limit": limit, "hash": external_hash},
    )
    return await found.fetchall()


async def sealed(conn: Conn, ids: list[UUID]) -> list[Row]:
    """The personal part, sealed, of those of these patients whom the acting user may see."""
    found = await conn.execute(
        """
        SELECT p.id, p.no, p.sealed, k.master_version, k.wrapped
          FROM patient p LEFT JOIN patient_key k ON k.patient_no = p.no WHERE p.id = ANY (%s)
        """,
        (ids,),
    )
    return await found.fetchall()


async def staying(conn: Conn, patient_no: int) -> bool:
    """Whether a patient is in a stay, locked so that it does not end before the commit."""
    found = await conn.execute("SELECT state FROM patient WHERE no = %s FOR SHARE", (patient_no,))
    row = await found.fetchone()
    return row is not None and row["state"] != "discharged"


async def searched(conn: Conn, *, discharged: bool) -> list[Row]:
    """Everybody whom the acting user may see, in a few columns; ``known``: not erased."""
    found = await conn.execute(
        """
        SELECT p.id, p.no, p.rev, p.state, d.name AS doctor_name, k.patient_no IS NOT NULL AS known
          FROM patient p LEFT JOIN patient_key k ON k.patient_no = p.no
          LEFT JOIN assignment a ON a.patient_no = p.no LEFT JOIN doctor d ON d.id = a.doctor_id
         WHERE %s OR p.state <> 'discharged'
        """,
        (discharged,),
    )
    return await found.fetchall()


async def sealed_by_number(conn: Conn, numbers: list[int]) -> list[Row]:
    """The personal part, sealed, of those of these patients whom the acting user may see."""
    found = await conn.execute(
        """
        SELECT p.id, p.no, p.sealed, k.master_version, k.wrapped
          FROM patient p LEFT JOIN patient_key k ON k.patient_no = p.no WHERE p.no = ANY (%s)
        """,
        (numbers,),
    )
    return await found.fetchall()


async def of_numbers(conn: Conn, numbers: list[int]) -> list[Row]:
    """These records, in this order, as far as the acting user may see them."""
    found = await conn.execute(_RECORD + " WHERE p.no = ANY (%s)", (numbers,))
    known = {row["no"]: row for row in await found.fetchall()}
    return [known[no] for no in numbers if no in known]


async def number(conn: Conn, patient_id: UUID) -> int | None:
    """The narrow key of a patient whom the acting user may see."""
    found = await conn.execute("SELECT no FROM patient WHERE id = %s", (patient_id,))
    row = await found.fetchone()
    return row["no"] if row else None


async def time_zone(conn: Conn, patient_no: int) -> str:
    """The zone of a patient's civil time."""
    found = await conn.execute("SELECT time_zone FROM patient WHERE no = %s", (patient_no,))
    row = await found.fetchone()
    return row["time_zone"] if row else "UTC"


async def knows_zone(conn: Conn, name: str) -> bool:
    """Whether the database has a zone of this name, too: it is to count days in it."""
    try:
        async with conn.transaction():
            await conn.execute("SELECT now() AT TIME ZONE %s", (name,))
    except InvalidParameterValue:
        return False
    return True


async def hold(conn: Conn, patient_no: int) -> int:
    """Keep everybody else from changing a patient until the commit; answer the revision.

    What is to be changed is read after this, else what somebody has just written is lost.
    """
    found = await conn.execute("SELECT hold_patient(%s) AS revision", (patient_no,))
    row = await found.fetchone()
    return row["revision"] if row else 0


async def touch(conn: Conn, patient_no: int) -> int:
    """Give a patient a new revision, for what belongs to the record but stands elsewhere."""
    found = await conn.execute(
        "UPDATE patient SET ward = ward WHERE no = %s RETURNING rev", (patient_no,)
    )
    row = await found.fetchone()
    return row["rev"] if row else 0


async def number_and_ward(conn: Conn, patient_id: UUID) -> tuple[int, str] | None:
    """The narrow key and the ward of a patient whom the acting user may see."""
    found = await conn.execute("SELECT no, ward FROM patient WHERE id = %s", (patient_id,))
    row = await found.fetchone()
    return (row["no"], row["ward"]) if row else None


_ADD = """
    INSERT INTO patient (id, bucket, ward, sealed, external_hash, sex, language, time_zone,
                         state, paused_until, created_at)
    VALUES (%(id)s, %(bucket)s, %(ward)s, %(sealed)s, %(external_hash)s, %(sex)s,
            %(language)s, %(time_zone)s, %(state)s, %(paused_until)s, %(now)s) RETURNING no
"""


async def add(conn: Conn, values: Row) -> int:
    """Add a patient's record and its first care plan; answer the narrow key.

    Args:
        conn: a connection acting for who manages the ward.
        values: ``id``, ``bucket``, ``ward``, ``sealed``, ``external_hash``, ``sex``,
            ``language``, ``time_zone``, ``state``, ``paused_until``, ``spo2_scale``,
            ``limits``, ``scoring``, ``set_by``, ``now``.
    """
    found = await conn.execute(
        _ADD,
        values,
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(values["id"])
    patient_no: int = row["no"]
    await conn.execute(
        """
        INSERT INTO care_plan (patient_no, revision, spo2_scale, limits, scoring, set_by, set_at)
        VALUES (%s, 1, %s, %s, %s, %s, %s)
        """,
        (
            patient_no,
            values["spo2_scale"],
            Jsonb(values["limits"]),
            Jsonb(values["scoring"]),
            values["set_by"],
            values["now"],
        ),
    )
    return patient_no


async def change(conn: Conn, patient_no: int, values: Row) -> None:
    """Write the record's columns anew.

    Args:
        conn: a connection acting for who manages the ward.
        patient_no: whose record.
        values: ``ward``, ``sealed``, ``external_hash``, ``sex``, ``language``, ``time_zone``,
            ``state``, ``paused_until``.
    """
    await conn.execute(
        """
        UPDATE patient SET ward = %(ward)s, sealed = %(sealed)s,
               external_hash = %(external_hash)s, sex = %(sex)s, language = %(language)s,
               time_zone = %(time_zone)s,
               state = %(state)s, paused_until = %(paused_until)s
         WHERE no = %(no)s
        """,
        {**values, "no": patient_no},
    )


async def discharge(conn: Conn, patient_no: int) -> None:
    """Write that a patient has left; the stay is ended apart."""
    await conn.execute(
        "UPDATE patient SET state = 'discharged', paused_until = NULL WHERE no = %s", (patient_no,)
    )


async def change_care_plan(conn: Conn, patient_no: int, changes: Row, now: datetime) -> int:
    """Add a revision of the care plan, in the acting user's name; answer its number.

    Args:
        conn: a connection acting for who cares for the patient.
        patient_no: whose plan.
        changes: columns of ``care_plan`` as JSON; what is left out stays as it was.
        now: ward time.
    """
    found = await conn.execute(
        "SELECT change_care_plan(%s, %s, %s) AS revision", (patient_no, Jsonb(changes), now)
    )
    row = await found.fetchone()
    return row["revision"] if row else 0


async def set_scoring(conn: Conn, patient_no: int, scoring: Row, now: datetime) -> int:
    """Add a revision of the care plan that says anew whom NEWS2 is for; answer its number."""
    found = await conn.execute(
        "SELECT set_scoring(%s, %s, %s) AS revision", (patient_no, Jsonb(scoring), now)
    )
    row = await found.fetchone()
    return row["revision"] if row else 0


async def scoring(conn: Conn, patient_no: int) -> Row | None:
    """Whom NEWS2 is for, by the care plan in force; None where nobody has said yet."""
    found = await conn.execute(
        """
        SELECT c.scoring FROM patient p
          JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
         WHERE p.no = %s
        """,
        (patient_no,),
    )
    row = await found.fetchone()
    return row["scoring"] if row else None


async def without_scoring(conn: Conn, most: int) -> list[Row]:
    """Patients whose care plan is older than this question, for whom it is to be answered."""
    found = await conn.execute(
        _RECORD
        + """
         WHERE (c.scoring IS NULL OR NOT c.scoring ? 'zone') AND p.state <> 'discharged'
           AND k.wrapped IS NOT NULL
         ORDER BY p.no LIMIT %s FOR NO KEY UPDATE OF p SKIP LOCKED
        """,
        (most,),
    )
    return await found.fetchall()


async def plan_history(conn: Conn, patient_no: int, *, before: int | None, limit: int) -> list[Row]:
    """Revisions of a care plan, newest first, with who set them; from ``before`` on."""
    found = await conn.execute(
        """
        SELECT c.revision, c.spo2_scale, c.limits, c.profile, c.settings, c.reasons, c.set_by,
               c.set_at, coalesce(nullif(u.display_name, ''), u.username) AS set_by_name
          FROM care_plan c LEFT JOIN app_user u ON u.id = c.set_by
         WHERE c.patient_no = %(no)s AND (%(before)s::integer IS NULL OR c.revision <= %(before)s)
         ORDER BY c.revision DESC LIMIT %(limit)s
        """,
        {"no": patient_no, "before": before, "limit": limit},
    )
    return await found.fetchall()


async def care_team(conn: Conn, patient_no: int) -> list[UUID]:
    """Ids of the accounts in a patient's care team."""
    found = await conn.execute(
        "SELECT user_id FROM care_team WHERE patient_no = %s ORDER BY user_id", (patient_no,)
    )
    return [row["user_id"] for row in await found.fetchall()]


async def set_care_team(conn: Conn, patient_no: int, user_ids: list[UUID]) -> None:
    """Make the care team be these accounts and no others."""
    await conn.execute(
        "DELETE FROM care_team WHERE patient_no = %s AND user_id <> ALL (%s)",
        (patient_no, user_ids),
    )
    await conn.execute(
        """
        INSERT INTO care_team (patient_no, user_id) SELECT %s, unnest(%s::uuid[])
        ON CONFLICT DO NOTHING
        """,
        (patient_no, user_ids),
    )
