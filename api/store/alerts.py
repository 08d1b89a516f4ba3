"""Alerts as people see them: one shape, for lists, for single answers and for the feed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from analytics.domain.alerts import SUPERSEDED_BY
from analytics.domain.patient_code import code_of
from api.store import reasons
from api.store.aging import aged_message
from api.store.episodes import LEVELS, record_of
from api.store.timestamps import rfc3339
from api.store.types import Conn, Row

OUT_OF_HOURS = "out-of-hours contact"
"""What the contact is called where the ward has given it no name."""
LEVEL_NAMES = tuple(level.value for level in LEVELS)

ALERT = """
    SELECT e.*, p.id AS patient, p.time_zone, n.latest, n.news2_low, n.measured AS news2_measured,
           n.assessment -> 'news2' ->> 'score' IS NOT NULL AS news2_whole,
           (w.settings ->> 'ladder.gap')::float AS gap_min,
           w.settings ->> 'contact.out_of_hours_name' AS contact_name,
           w.settings ->> 'contact.out_of_hours_phone' AS contact_phone,
           d.name AS doctor_name, d.user_id AS doctor_user, v.id AS device,
           coalesce(nullif(a.display_name, ''), a.username) AS acknowledged_name,
           coalesce(nullif(c.display_name, ''), c.username) AS closed_name,
           (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.raised_at, r.condition) FROM reason r
             WHERE r.episode_id = e.id) AS reasons
      FROM episode e LEFT JOIN patient p ON p.no = e.patient_no
      LEFT JOIN patient_now n ON n.patient_no = e.patient_no
      LEFT JOIN doctor d ON d.id = e.doctor_id LEFT JOIN device v ON v.no = e.device_no
      LEFT JOIN LATERAL (SELECT s.settings FROM ward_settings s WHERE s.ward = e.ward
                          ORDER BY s.revision DESC LIMIT 1) w ON true
      LEFT JOIN app_user a ON a.id = e.acknowledged_by LEFT JOIN app_user c ON c.id = e.closed_by
"""


def alert_json(row: Row, now: datetime) -> Row:
    """Return the alert of one row of this module's queries, as it is to be read at ``now``."""
    return {
        "id": str(row["id"]),
        "patient": str(row["patient"]) if row["patient"] else None,
        "patient_code": None if row["patient_no"] is None else code_of(row["patient_no"]),
        "ward": row["ward"],
        "condition": row["condition"],
        "kind": row["kind"],
        "priority": row["priority"],
        "state": row["state"],
        "raised_at": rfc3339(row["closed_at"] if row["historic"] else row["raised_at"]),
        "measured_at": rfc3339(row["measured_at"]),
        "received_at": rfc3339(row["received_at"]),
        "started_at": rfc3339(row["started_at"]),
        "respond_by": rfc3339(row["deadline"]),
        "doctor": str(row["doctor_id"]) if row["doctor_id"] else None,
        "doctor_name": row["doctor_name"],
        "level": LEVEL_NAMES[row["escalation_level"]],
        "message": aged_message(row, now),
        "count": row["count"],
        "calls": row["calls"],
        "historic": row["historic"],
        "danger": row.get("danger"),
        "value": row["value"],
        "rule": row["rule"],
        "device": row["device"],
        "detail": row["detail"],
        "cleared_at": rfc3339(row["cleared_at"]),
        "acknowledged_at": rfc3339(row["acknowledged_at"]),
        "acknowledged_by": row["acknowledged_name"],
        "acknowledged_by_id": str(row["acknowledged_by"]) if row["acknowledged_by"] else None,
        "acknowledged_until": rfc3339(row["acknowledged_until"]),
        "not_heard_since": rfc3339(row["received_at"]) if row["lapsed_at"] else None,
        "holds": record_of(row).episode.holds,
        "plan": _plan(row),
        "closed_at": rfc3339(row["closed_at"]),
        "closed_by": row["closed_name"],
        "closed_because": _because(row),
        "outcome": row["outcome"],
        "comment": row["comment"],
        "escalates_at": rfc3339(row["escalate_due"]),
        "snoozed_until": rfc3339(row["snoozed_until"]),
        "out_of_hours": _contact(row),
        "reasons": reasons.told(row, now),
    }


def _contact(row: Row) -> Row | None:
    """Return whom the ward has named to be rung when nobody in it answers."""
    if not row["contact_phone"]:
        return None
    return {"name": row["contact_name"] or OUT_OF_HOURS, "phone": row["contact_phone"]}


def _because(row: Row) -> str | None:
    """Return why it ended, if that was neither the value nor a person who closed it."""
    detail = row["detail"]
    graver = detail.get(SUPERSEDED_BY) if row["closed_at"] else None
    said = f"{graver} has taken its place" if graver else detail.get("closed_because")
    return None if said is None else str(said)


def _plan(row: Row) -> Row | None:
    """Return what a person who would have closed it plans while it holds."""
    if not row["planned"] or row["state"] != "acknowledged":
        return None
    return {
        "quiet_until": None if row["lapsed_at"] else rfc3339(row["acknowledged_until"]),
        "by": row["acknowledged_name"],
        "reason": row["comment"],
    }


async def find(conn: Conn, alert_id: UUID) -> Row | None:
    """Return one alert, raised or history; None if it is not there for whoever asks."""
    cursor = await conn.execute(
        ALERT + " WHERE e.id = %s AND (e.raised_at IS NOT NULL OR e.historic)", (alert_id,)
    )
    return await cursor.fetchone()


async def many(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return alerts by id, raised or not, as far as whoever asks may see them."""
    cursor = await conn.execute(ALERT + " WHERE e.id = ANY (%s)", (list(ids),))
    return {row["id"]: row for row in await cursor.fetchall()}


async def position(conn: Conn) -> int:
    """Return the stream id of the newest event: a feed asked from here on misses nothing."""
    row = await (await conn.execute("SELECT value FROM stream_position")).fetchone()
    return int(row["value"]) if row else 0
