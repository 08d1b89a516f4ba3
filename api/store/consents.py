"""SQL of consents: what a person agreed to, and when they took it back."""

from datetime import datetime
from uuid import UUID

from api.store.types import Conn, Row

_CONSENT = """
    SELECT c.id, c.patient_no, p.id AS patient, c.scope, c.version, c.given_at, c.withdrawn_at,
           coalesce(nullif(r.display_name, ''), r.username) AS recorded_by,
           coalesce(nullif(w.display_name, ''), w.username) AS withdrawn_by
      FROM consent c JOIN patient p ON p.no = c.patient_no JOIN app_user r ON r.id = c.recorded_by
      LEFT JOIN app_user w ON w.id = c.withdrawn_by
"""


async def of_patient(conn: Conn, patient_no: int) -> list[Row]:
    """A person's consents, the newest first."""
    found = await conn.execute(
        _CONSENT + " WHERE c.patient_no = %s ORDER BY c.given_at DESC, c.id LIMIT 200",
        (patient_no,),
    )
    return await found.fetchall()


async def consent(conn: Conn, patient_no: int, consent_id: UUID) -> Row | None:
    """One consent of a person."""
    found = await conn.execute(
        _CONSENT + " WHERE c.patient_no = %s AND c.id = %s", (patient_no, consent_id)
    )
    return await found.fetchone()


async def page(
    conn: Conn, patient_no: int, after: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """A person's consents, the newest first, from below ``after`` on."""
    at, last = after or (None, None)
    found = await conn.execute(
        _CONSENT
        + """ WHERE c.patient_no = %(no)s
               AND (%(at)s::timestamptz IS NULL OR (c.given_at, c.id) < (%(at)s, %(id)s::uuid))
             ORDER BY c.given_at DESC, c.id DESC LIMIT %(limit)s""",
        {"no": patient_no, "at": at, "id": last, "limit": limit},
    )
    return await found.fetchall()


async def one(conn: Conn, consent_id: UUID) -> Row | None:
    """One consent, if the acting person may see whose it is."""
    return await (await conn.execute(_CONSENT + " WHERE c.id = %s", (consent_id,))).fetchone()


async def give(
    conn: Conn, patient_no: int, told: tuple[str, str], by: UUID, now: datetime
) -> UUID | None:
    """Record a consent to ``told``, scope and version; None if one is in force already."""
    found = await conn.execute(
        """
        INSERT INTO consent (patient_no, scope, version, given_at, recorded_by)
        VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (patient_no, scope) WHERE withdrawn_at IS NULL DO NOTHING RETURNING id
        """,
        (patient_no, *told, now, by),
    )
    row = await found.fetchone()
    return row["id"] if row else None


async def withdraw(conn: Conn, consent_id: UUID, now: datetime, *, erasing: bool) -> bool:
    """Take a consent back; of monitoring, the stay ends, and the person is erased if asked."""
    found = await conn.execute(
        "SELECT withdraw_consent(%s, %s, %s) AS done", (consent_id, now, erasing)
    )
    row = await found.fetchone()
    return row is not None and bool(row["done"])


async def tell_devices(
    conn: Conn, patient_no: int, now: datetime, until: datetime, said: str
) -> int:
    """Have the devices whose use has just ended show why; how many they are.

    Args:
        conn: acting for who took the consent back, in the same transaction.
        patient_no: whose devices.
        now: as it was taken back (ward time).
        until: when it need be told no more.
        said: what they show.
    """
    found = await conn.execute(
        "SELECT tell_devices_of_withdrawal(%s, %s, %s, %s) AS told", (patient_no, now, until, said)
    )
    row = await found.fetchone()
    return int(row["told"]) if row else 0
