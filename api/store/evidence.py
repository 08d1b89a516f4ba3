"""From an alert to the rows and signed bytes behind it, through the acting person's views."""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta

from analytics.domain.vitals import Metric, Quality
from analytics.settings import CATALOG
from api.store.timestamps import rfc3339
from api.store.types import Conn, Row

_OLDEST_INPUT = timedelta(
    minutes=max(one.high for one in CATALOG.values() if one.group == "ages" and one.metric)
)  # the longest age that a ward can let into a score
_SLACK = timedelta(seconds=1)

_INPUTS = """
    SELECT DISTINCT ON (o.metric) o.time, o.received, o.device_time, o.frame_id, o.metric,
           o.quality, o.value, o.device_no, d.id AS device, o.entered_by, o.marked_at,
           coalesce(nullif(u.display_name, ''), u.username) AS entered_name
      FROM observation_on_record o LEFT JOIN device d ON d.no = o.device_no
      LEFT JOIN app_user u ON u.id = o.entered_by
     WHERE o.patient_no = %(patient)s AND o.time > %(from)s AND o.time <= %(to)s
       AND o.received <= %(known)s
     ORDER BY o.metric, (o.frame_id = %(frame)s) DESC, o.time DESC
"""

_FRAMES = """
    SELECT f.time AS received, f.frame_id, f.boot, f.seq, f.offset_ms, f.clock_state, f.frame,
           d.id AS device, k.id AS key_id, k.sign_public, k.enrolled_at, k.revoked_at,
           coalesce(s.revision, 0) AS settings_revision
      FROM signed_frame_seen f JOIN device d ON d.no = f.device_no
      LEFT JOIN device_key k ON k.id = f.key_id
      LEFT JOIN ward_settings s ON s.no = f.settings_no
     WHERE f.patient_no = %(patient)s AND f.frame_id = ANY (%(frames)s)
       AND f.time BETWEEN %(from)s AND %(to)s
     ORDER BY f.time, f.frame_id
"""

_ASSESSMENT = """
    SELECT a.time, a.frame_id, a.model_version, a.plan_revision, a.risk, a.score, a.low, a.high,
           a.band, a.late, m.made_at AS model_made_at
      FROM assessment_on_record a LEFT JOIN population_model m ON m.version = a.model_version
     WHERE a.patient_no = %(patient)s AND a.time > %(from)s AND a.time <= %(to)s
     ORDER BY (a.frame_id = %(frame)s) DESC, a.time DESC LIMIT 1
"""


_COURSE = """
    SELECT o.time, o.metric, o.value, o.quality FROM observation_on_record o
     WHERE o.patient_no = %(patient)s AND o.metric = ANY (%(metrics)s) AND o.marked_at IS NULL
       AND o.time > %(began)s AND o.time <= %(to)s
     ORDER BY o.time DESC LIMIT %(limit)s
"""
_BEFORE = timedelta(hours=2)
_AFTER = timedelta(minutes=30)
_POINTS = 4_000


async def course(conn: Conn, alert: Row, metrics: Sequence[int]) -> list[Row]:
    """Return the readings from two hours before an alert to half of one after, oldest first.

    Args:
        conn: a connection acting for the person.
        alert: a row of ``api.store.alerts``.
        metrics: codes of what it could build on.
    """
    asked = {
        **_window(alert),
        "metrics": list(metrics),
        "began": alert["started_at"] - _BEFORE,
        "to": alert["measured_at"] + _AFTER,
        "limit": _POINTS,
    }
    return (await (await conn.execute(_COURSE, asked)).fetchall())[::-1]


async def inputs(conn: Conn, alert: Row, known: datetime) -> list[Row]:
    """Return, for each metric, the reading that the alert could build on.

    Args:
        conn: a connection acting for the person.
        alert: a row of ``api.store.alerts``.
        known: what arrived later was not known yet.
    """
    return await (await conn.execute(_INPUTS, {**_window(alert), "known": known})).fetchall()


async def frames(conn: Conn, patient_no: int, readings: Sequence[Row]) -> list[Row]:
    """Return the signed frames that these readings came in, with the keys that signed them."""
    signed = [row for row in readings if row["device_no"] is not None]
    if not signed:
        return []
    arrivals = [row["received"] for row in signed]
    asked = {
        "patient": patient_no,
        "frames": list({row["frame_id"] for row in signed}),
        "from": min(arrivals) - _SLACK,
        "to": max(arrivals) + _SLACK,
    }
    return await (await conn.execute(_FRAMES, asked)).fetchall()


async def assessment(conn: Conn, alert: Row) -> Row | None:
    """Return the assessment of the reading that raised the alert, with the model's version."""
    return await (await conn.execute(_ASSESSMENT, _window(alert))).fetchone()


def _window(alert: Row) -> Row:
    return {
        "patient": alert["patient_no"],
        "from": alert["started_at"] - _OLDEST_INPUT,
        "to": alert["measured_at"],
        "frame": alert["frame_id"],
    }


def assessment_json(row: Row | None) -> Row | None:
    """Return the assessment that an alert was raised on, ready for JSON."""
    if row is None:
        return None
    return {
        "time": rfc3339(row["time"]),
        "news2": {"score": row["score"], "low": row["low"], "high": row["high"]},
        "risk": row["risk"],
        "model": {"version": row["model_version"], "made_at": rfc3339(row["model_made_at"])},
        "care_plan_revision": row["plan_revision"],
        "frame": row["frame_id"],
    }


def reading_json(row: Row) -> Row:
    """Return one reading behind an alert, ready for JSON."""
    return {
        "time": rfc3339(row["time"]),
        "received": rfc3339(row["received"]),
        "device_time": rfc3339(row["device_time"]),
        "metric": Metric(row["metric"]).wire_name,
        "value": row["value"],
        "quality": Quality(row["quality"]).name.lower(),
        "status": "final" if row["marked_at"] is None else "entered-in-error",
        "device": row["device"],
        "entered_by": row["entered_name"],
        "frame": row["frame_id"],
    }


def frame_json(row: Row) -> Row:
    """Return one signed frame behind an alert, ready for JSON."""
    return {
        "frame": row["frame_id"],
        "device": row["device"],
        "boot": row["boot"],
        "seq": row["seq"],
        "received": rfc3339(row["received"]),
        "offset_ms": row["offset_ms"],
        "settings_revision": row["settings_revision"],
        "key": row["key_id"],
        "public_key": _base64(row["sign_public"]),
        "key_enrolled_at": rfc3339(row["enrolled_at"]),
        "key_revoked_at": rfc3339(row["revoked_at"]),
        "signed_frame": _base64(row["frame"]),
    }


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()
