"""The outbox of notices: written with the call, taken by the one sender, seen or passed on.

Calls, sights and dues are in ward time; attempts and their pauses in real time.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from api.store.types import Conn, Row

_SUPERSEDE = """
    UPDATE notice SET seen_due = NULL, ended_at = %(now)s,
           state = CASE state WHEN 'waiting' THEN 'dropped' ELSE state END
     WHERE episode_id = ANY (%(episodes)s) AND webhook_id IS NULL
       AND (state = 'waiting' OR seen_due IS NOT NULL)
"""

# A person without any channel is called by the page alone.
_CALL = """
    INSERT INTO notice (episode_id, patient_no, ward, user_id, channel_id, kind, rung, priority,
                        change, called_at)
    SELECT %(episode_id)s, %(patient_no)s, %(ward)s, u.id, c.id, c.kind, %(rung)s, %(priority)s,
           %(change)s, %(now)s
      FROM app_user u CROSS JOIN LATERAL (
            SELECT id, kind FROM notice_channel
             WHERE user_id = u.id ORDER BY position, id LIMIT 1) c
     WHERE u.id = ANY (%(users)s) AND u.state = 'active'
"""

# Whom the ward has named outside it: no account, and addressed as the ward's settings say when it
# is sent.
_CALL_CONTACT = """
    INSERT INTO notice (episode_id, patient_no, ward, contact, kind, rung, priority, change,
                        called_at)
    SELECT %(episode_id)s, %(patient_no)s, %(ward)s, true, kind, %(rung)s, %(priority)s,
           %(change)s, %(now)s
      FROM unnest(%(kinds)s::text[]) AS kind
"""

_TELL = """
    INSERT INTO notice (episode_id, patient_no, ward, webhook_id, kind, rung, priority, change,
                        told, called_at)
    SELECT %(episode_id)s, %(patient_no)s, %(ward)s, w.id, 'webhook', %(rung)s, %(priority)s,
           %(change)s, %(told)s, %(now)s
      FROM webhook w WHERE w.ward IS NULL OR w.ward = %(ward)s
"""

_TEST = """
    INSERT INTO notice (ward, user_id, channel_id, webhook_id, kind, priority, change, told,
                        called_at)
    VALUES (%(ward)s, %(user_id)s, %(channel_id)s, %(webhook_id)s, %(kind)s, 'high', 'test',
            %(told)s, %(now)s) RETURNING id
"""

_WAITING = """
    SELECT n.*, coalesce(c.sealed, w.sealed) AS sealed, c.quiet_from,
           c.quiet_until AS quiet_until_time,
           e.state AS alert_state, e.acknowledged_at, e.snoozed_until > %(now)s AS snoozed,
           CASE n.kind WHEN 'sms' THEN s.settings ->> 'contact.out_of_hours_phone'
                       WHEN 'email' THEN s.settings ->> 'contact.out_of_hours_email'
           END AS contact_address, s.settings ->> 'contact.ward_phone' AS ward_phone,
           coalesce(u.state = 'active', true) AS account_active,
           CASE u.role WHEN 'patient' THEN coalesce(u.language, language_of(n.patient_no))
           END AS language
      FROM notice n LEFT JOIN notice_channel c ON c.id = n.channel_id
      LEFT JOIN webhook w ON w.id = n.webhook_id LEFT JOIN episode e ON e.id = n.episode_id
      LEFT JOIN app_user u ON u.id = n.user_id
      LEFT JOIN LATERAL (SELECT settings FROM ward_settings w WHERE n.contact AND w.ward = n.ward
                          ORDER BY w.revision DESC LIMIT 1) s ON true
     WHERE n.state = 'waiting' AND n.try_at <= clock_timestamp()
       AND (n.quiet_until IS NULL OR n.quiet_until <= %(now)s) AND n.id <> ALL (%(under_way)s)
     ORDER BY array_position(ARRAY['high', 'medium', 'low'], n.priority), n.try_at, n.id
     LIMIT %(limit)s
"""

# Once for each attempt that was made: a second record of the same one changes nothing.
_ENDED = """
    UPDATE notice SET attempts = attempts + 1, state = %(state)s, failure = %(failure)s,
           sent_at = CASE WHEN %(state)s = 'sent' THEN %(now)s ELSE sent_at END,
           ended_at = CASE WHEN %(state)s = 'failed' THEN %(now)s ELSE ended_at END,
           seen_due = %(seen_due)s,
           try_at = clock_timestamp() + make_interval(secs => %(pause)s)
     WHERE id = %(id)s AND state = 'waiting' AND attempts = %(attempts)s
    RETURNING id
"""

_NEXT = """
    INSERT INTO notice (call_id, step, episode_id, patient_no, ward, user_id, channel_id, kind,
                        rung, priority, change, called_at)
    SELECT n.call_id, n.step + 1, n.episode_id, n.patient_no, n.ward, n.user_id, c.id, c.kind,
           n.rung, n.priority, n.change, %(now)s
      FROM notice n CROSS JOIN LATERAL (
            SELECT o.id, o.kind FROM notice_channel o
             WHERE o.user_id = n.user_id AND NOT EXISTS (
                   SELECT FROM notice t WHERE t.call_id = n.call_id AND t.channel_id = o.id)
             ORDER BY o.position, o.id LIMIT 1) c
     WHERE n.id = %(id)s AND n.change <> 'test'
    ON CONFLICT (call_id, step) DO NOTHING RETURNING id
"""

# The last of a rung's channels has failed or was not seen: its deadline is now. The last rung has
# nobody above it, and is called again by its own time.
_NEXT_RUNG = """
    UPDATE episode SET escalate_due = least(escalate_due, %(now)s)
     WHERE id = %(episode_id)s AND state = 'open' AND escalation_level = %(rung)s
       AND escalation_level < coalesce((
           SELECT CASE WHEN s.settings ->> 'contact.out_of_hours_phone' <> '' THEN 3 ELSE 2 END
             FROM ward_settings s WHERE s.ward = episode.ward ORDER BY s.revision DESC LIMIT 1), 2)
       AND escalate_due > %(now)s
       AND (snoozed_until IS NULL OR snoozed_until <= %(now)s)
       AND NOT EXISTS (SELECT FROM notice n WHERE n.episode_id = %(episode_id)s
                        AND n.rung = %(rung)s AND n.user_id IS NOT NULL
                        AND (n.state IN ('waiting', 'seen') OR n.seen_due IS NOT NULL))
    RETURNING id
"""


async def supersede(conn: Conn, episodes: Sequence[UUID], now: datetime) -> None:
    """Let newer calls of these alerts take the place of what waits or is not seen yet."""
    await conn.execute(_SUPERSEDE, {"episodes": list(episodes), "now": now})


async def call(conn: Conn, called: Row) -> None:
    """Write the notice of each of ``users``, over the channel that they want first."""
    await conn.execute(_CALL, called)


async def call_contact(conn: Conn, called: Row) -> None:
    """Write the notices of the ward's out-of-hours contact, one for each of ``kinds``."""
    await conn.execute(_CALL_CONTACT, called)


async def tell(conn: Conn, told: Row) -> None:
    """Write a notice for each webhook of the ward; ``told`` is what it says."""
    await conn.execute(_TELL, {**told, "told": Jsonb(told["told"])})


async def test(conn: Conn, asked: Row) -> UUID:
    """Write a notice that only tests a channel or webhook; return its id."""
    found = await conn.execute(_TEST, {**asked, "told": Jsonb(asked["told"])})
    row = await found.fetchone()
    made: UUID = row["id"] if row else UUID(int=0)
    return made


async def tests_since(conn: Conn, user_id: UUID, since: datetime) -> int:
    """Return how many tests of channels a person has asked for since then."""
    found = await conn.execute(
        """SELECT count(*) AS n FROM notice
            WHERE user_id = %s AND change = 'test' AND called_at > %s""",
        (user_id, since),
    )
    row = await found.fetchone()
    return int(row["n"]) if row else 0


async def waiting(
    conn: Conn, now: datetime, limit: int, under_way: Sequence[UUID] = ()
) -> list[Row]:
    """Return what is to be sent now, the most urgent first, without what is under way."""
    asked = {"now": now, "limit": limit, "under_way": list(under_way)}
    return await (await conn.execute(_WAITING, asked)).fetchall()


async def hold(conn: Conn, notice_id: UUID, until: datetime) -> None:
    """Let a notice wait for the end of its person's quiet hours (ward time)."""
    await conn.execute(
        "UPDATE notice SET quiet_until = %s WHERE id = %s AND state = 'waiting'", (until, notice_id)
    )


async def drop(conn: Conn, notice_id: UUID, now: datetime, why: str) -> None:
    """End a notice that need not be sent any more."""
    await conn.execute(
        """UPDATE notice SET state = 'dropped', ended_at = %s, failure = %s
            WHERE id = %s AND state = 'waiting'""",
        (now, why, notice_id),
    )


async def attempted(conn: Conn, attempt: Row) -> bool:
    """Record what an attempt came to; False if it is recorded already.

    Args:
        conn: the sender's.
        attempt: ``id``, ``attempts`` before it, ``state`` after it, ``failure``, ``seen_due``,
            ``pause`` in real seconds, ``now``.
    """
    return await (await conn.execute(_ENDED, attempt)).fetchone() is not None


async def lapse(conn: Conn, now: datetime, limit: int) -> list[Row]:
    """End what was not seen in time; return it."""
    found = await conn.execute(
        """UPDATE notice SET state = 'lapsed', seen_due = NULL, ended_at = %(now)s
            WHERE id IN (SELECT id FROM notice WHERE seen_due <= %(now)s
                          ORDER BY seen_due LIMIT %(limit)s)
            RETURNING *""",
        {"now": now, "limit": limit},
    )
    return await found.fetchall()


async def settle(conn: Conn, now: datetime) -> None:
    """Wait no longer for the sight of what was answered or has ended."""
    await conn.execute(
        """UPDATE notice n SET seen_due = NULL, ended_at = %(now)s FROM episode e
            WHERE n.seen_due IS NOT NULL AND e.id = n.episode_id
              AND (e.state NOT IN ('open', 'acknowledged') OR e.acknowledged_at >= n.called_at
                   OR e.snoozed_until > %(now)s)""",
        {"now": now},
    )


async def next_channel(conn: Conn, notice_id: UUID, now: datetime) -> bool:
    """Call the same person over their next channel; False if there is none."""
    found = await conn.execute(_NEXT, {"id": notice_id, "now": now})
    return await found.fetchone() is not None


async def pass_on(conn: Conn, row: Row, now: datetime) -> bool:
    """Bring the next rung forward if nobody of this one could be reached; whether it was."""
    found = await conn.execute(_NEXT_RUNG, {**row, "now": now})
    return await found.fetchone() is not None


async def open_(conn: Conn, notice_id: UUID, now: datetime) -> Row | None:
    """Note that the acting person has opened a notice of theirs; return it, None: not theirs."""
    found = await conn.execute(
        """UPDATE notice SET opened_at = coalesce(opened_at, %(now)s), seen_due = NULL,
                  state = CASE WHEN state IN ('waiting', 'sent', 'lapsed') THEN 'seen'
                               ELSE state END
            WHERE id = %(id)s AND user_id = acting_user()
            RETURNING episode_id, patient_no, change,
                      (SELECT p.id FROM patient p WHERE p.no = notice.patient_no) AS patient""",
        {"id": notice_id, "now": now},
    )
    return await found.fetchone()


async def delivered(conn: Conn, notice_id: UUID, now: datetime) -> None:
    """Note that a notice has come to where it is shown."""
    await conn.execute(
        "UPDATE notice SET delivered_at = %s WHERE id = %s AND delivered_at IS NULL",
        (now, notice_id),
    )


async def of_alert(conn: Conn, episode_id: UUID) -> list[Row]:
    """Return who was told of an alert by which channel and when, in the order of the calls."""
    found = await conn.execute(
        """SELECT n.id, n.kind, n.change, n.priority, n.rung, n.step, n.state, n.called_at,
                  n.sent_at, n.delivered_at, n.opened_at, n.ended_at, n.attempts, n.failure,
                  n.user_id, n.contact, u.role,
                  coalesce(nullif(u.display_name, ''), u.username) AS name
             FROM notice n LEFT JOIN app_user u ON u.id = n.user_id
            WHERE n.episode_id = %s ORDER BY n.called_at, n.call_id, n.step""",
        (episode_id,),
    )
    return await found.fetchall()
