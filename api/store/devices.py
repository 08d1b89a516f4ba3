"""SQL of devices, their keys, certificates, enrolment and commands."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

# A frame is missing while a later one of the same start was handled and this one was not: the
# device still has it, or has lost it. ``also`` holds pairs: first and last handled above ``upto``.
# A device may number as it likes up to 2^53 - 1, in any boot: the sum stops where JSON's whole
# numbers do, or one such device would take everybody's list away.
_DEVICE = """
    SELECT d.id, d.no, d.patient_no, p.id AS patient, p.bucket, d.kind, d.serial, d.expected,
           d.state, d.registered_at, d.bound_from, d.bound_to, coalesce(n.online, false) AS online,
           (SELECT max(w.last_received) FROM device_window w WHERE w.device_no = d.no)
               AS last_received,
           (SELECT least(coalesce(sum(w.highest - w.upto - (
                       SELECT coalesce(sum(w.also[i + 1] - w.also[i] + 1), 0)
                         FROM generate_series(1, cardinality(w.also), 2) AS i)), 0),
                       9007199254740991)::bigint
              FROM device_window w WHERE w.device_no = d.no) AS missing_frames,
           c.until AS certificate_until,
           floor(extract(epoch FROM c.until - now()) / 86400)::integer AS certificate_days
      FROM device d JOIN patient p ON p.no = d.patient_no
      LEFT JOIN device_now n ON n.device_no = d.no
      LEFT JOIN LATERAL (SELECT max(expires_at) AS until FROM device_certificate
                          WHERE device_no = d.no AND revoked_at IS NULL) c ON true
"""


async def add(conn: Conn, values: Row) -> None:
    """Register a device.

    Args:
        conn: a connection acting for who manages the patient.
        values: ``id``, ``patient_no``, ``kind``, ``serial``, ``serial_mark``, ``expected``,
            ``now``.
    """
    await conn.execute(
        """
        INSERT INTO device (id, patient_no, kind, serial, serial_mark, expected, registered_at,
                            encounter_no)
        VALUES (%(id)s, %(patient_no)s, %(kind)s, %(serial)s, %(serial_mark)s, %(expected)s,
                %(now)s, (SELECT no FROM encounter
                           WHERE patient_no = %(patient_no)s AND period_end IS NULL))
        """,
        {**values, "expected": Jsonb(values["expected"])},
    )


async def in_use(conn: Conn, serial_mark: int | None) -> str | None:
    """The device in use with this serial, if the acting user may see it."""
    found = await conn.execute(
        "SELECT id FROM device WHERE serial_mark = %s AND bound_to IS NULL", (serial_mark,)
    )
    row = await found.fetchone()
    return row["id"] if row else None


async def device(conn: Conn, device_id: str, *, lock: bool = False) -> Row | None:
    """One device that the acting user may see."""
    tail = " WHERE d.id = %s FOR UPDATE OF d" if lock else " WHERE d.id = %s"
    found = await conn.execute(_DEVICE + tail, (device_id,))
    return await found.fetchone()


async def devices(
    conn: Conn, *, after: int, limit: int, patient_no: int | None = None
) -> list[Row]:
    """Devices that the acting user may see, in the order of registration, after a number."""
    found = await conn.execute(
        _DEVICE
        + """
         WHERE d.no > %(after)s AND (%(patient)s::integer IS NULL OR d.patient_no = %(patient)s)
         ORDER BY d.no LIMIT %(limit)s
        """,
        {"after": after, "limit": limit, "patient": patient_no},
    )
    return await found.fetchall()


async def add_token(conn: Conn, device_no: int, hashed: bytes, hours: int) -> datetime:
    """Store a one-time token for ``hours`` real hours, ending unused older ones."""
    await conn.execute(
        """
        UPDATE enrolment SET expires_at = now()
         WHERE device_no = %s AND used_at IS NULL AND expires_at > now()
        """,
        (device_no,),
    )
    found = await conn.execute(
        """
        INSERT INTO enrolment (token_hash, device_no, expires_at)
        VALUES (%s, %s, now() + make_interval(hours => %s)) RETURNING expires_at
        """,
        (hashed, device_no, hours),
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(device_no)
    expires: datetime = row["expires_at"]
    return expires


async def release(conn: Conn, device_no: int, now: datetime) -> None:
    """End a device's use (ward time), its tokens and what it was to be told.

    Its keys stand for what it measured before, and so does what it must know to be believed.
    """
    await conn.execute(
        """
        UPDATE device SET bound_to = greatest(%s, bound_from, registered_at)
         WHERE no = %s AND bound_to IS NULL
        """,
        (now, device_no),
    )
    await _end_tokens(conn, device_no)
    await conn.execute(
        """
        UPDATE command SET state = 'expired', changed_at = %s
         WHERE device_no = %s AND state IN ('queued', 'sent') AND command <> 'trust'
        """,
        (now, device_no),
    )


async def revoke(conn: Conn, device_no: int, now: datetime) -> None:
    """End a device: its use and keys (ward time), its certificates and tokens (real time)."""
    await release(conn, device_no, now)
    await conn.execute(
        "UPDATE device SET state = 'revoked' WHERE no = %s AND state <> 'revoked'", (device_no,)
    )
    await conn.execute(
        "UPDATE device_key SET revoked_at = %s WHERE device_no = %s AND revoked_at IS NULL",
        (now, device_no),
    )
    await conn.execute(
        """
        UPDATE device_certificate SET revoked_at = now()
         WHERE device_no = %s AND revoked_at IS NULL
        """,
        (device_no,),
    )


async def _end_tokens(conn: Conn, device_no: int) -> None:
    await conn.execute(
        "UPDATE enrolment SET expires_at = now() WHERE device_no = %s AND expires_at > now()",
        (device_no,),
    )


async def add_certificate(
    conn: Conn, device_no: int, serial: str, expires: datetime, pem: str
) -> None:
    """Remember a certificate that was signed for a device."""
    await conn.execute(
        """
        INSERT INTO device_certificate (serial, device_no, issued_at, expires_at, certificate_pem)
        VALUES (%s, %s, now(), %s, %s)
        """,
        (serial, device_no, expires, pem),
    )


async def revoked_certificates(conn: Conn) -> list[Row]:
    """Revoked certificates that have not ended by themselves."""
    found = await conn.execute(
        """
        SELECT serial, revoked_at FROM device_certificate
         WHERE revoked_at IS NOT NULL AND expires_at > now() ORDER BY serial
        """
    )
    return await found.fetchall()


async def enrolment_target(conn: Conn, hashed: bytes) -> Row | None:
    """What a token is for, None for one that never was or has ended."""
    found = await conn.execute(
        "SELECT device_id, bucket, used, request_digest, answer FROM enrolment_target(%s)",
        (hashed,),
    )
    return await found.fetchone()


async def enrol(conn: Conn, values: Row) -> str:
    """Enrol a key: ``enrolled``, ``again`` (same request before), ``refused``, ``key_in_use``."""
    found = await conn.execute(
        """
        SELECT enrol_device(%(token)s, %(digest)s, %(sign_key)s, %(box_key)s, %(now)s, %(answer)s,
                            %(serial)s, %(expires)s) AS outcome
        """,
        {**values, "answer": Jsonb(values["answer"])},
    )
    row = await found.fetchone()
    return row["outcome"] if row else "refused"


async def gateway_keys(conn: Conn) -> list[Row]:
    """The gateway's public keys in force, newest first."""
    found = await conn.execute(
        """
        SELECT sign_public, box_public FROM gateway_key WHERE retired_at IS NULL
         ORDER BY valid_from DESC, sign_public
        """
    )
    return await found.fetchall()


async def add_command(conn: Conn, values: Row) -> UUID:
    """Queue a command and wake the gateway.

    Args:
        conn: a connection acting for who manages the patient.
        values: ``device_no``, ``bucket``, ``command``, ``args``, ``issued``, ``expires``,
            ``issued_by``.
    """
    found = await conn.execute(
        """
        INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at,
                             issued_by)
        VALUES (%(device_no)s, %(bucket)s, %(command)s, %(args)s, %(issued)s, %(expires)s,
                %(issued)s, %(issued_by)s)
        RETURNING id, pg_notify('homeward_inbox', 'command')
        """,
        {**values, "args": Jsonb(values["args"])},
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(values["device_no"])
    command_id: UUID = row["id"]
    return command_id


async def commands(conn: Conn, device_no: int, before: datetime | None, limit: int) -> list[Row]:
    """A device's commands, newest first, issued before a time. Arguments are not told."""
    found = await conn.execute(
        """
        SELECT id, command, issued, expires, state, changed_at FROM command
         WHERE device_no = %(no)s AND (%(before)s::timestamptz IS NULL OR issued < %(before)s)
         ORDER BY issued DESC LIMIT %(limit)s
        """,
        {"no": device_no, "before": before, "limit": limit},
    )
    return await found.fetchall()
