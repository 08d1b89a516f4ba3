"""What belongs to an alert's evidence besides its readings: checks made now, people, settings.

Signatures are held against the stored bytes at this moment (see ``proof``); who was called, who saw
and who answered is told as it was written down when it happened.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from analytics.domain.vitals import Metric, Quality
from api.evidence import proof
from api.store import alert_history, calls, evidence, readings, wards
from api.store.alerts import LEVEL_NAMES, OUT_OF_HOURS
from api.store.timestamps import rfc3339
from api.store.types import Conn, Row

_SLACK = timedelta(seconds=5)


async def checks(conn: Conn, patient_no: int, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return for each reading whether its signature holds now, and whether the message gives it.

    Args:
        conn: a connection acting for the person.
        patient_no: whose readings.
        rows: of ``api.store.evidence.inputs``.
    """
    return [await _check(conn, patient_no, row) for row in rows]


async def _check(conn: Conn, patient_no: int, row: Row) -> dict[str, Any]:
    if row["device_no"] is None:
        entry = await readings.entry_as(conn, patient_no, row["frame_id"])
        given = None if entry is None else proof.entered(entry, row)
        return {"signature_holds": None, "contains_reading": given}
    frame = await readings.signed_frame(conn, patient_no, row["frame_id"], row["received"], _SLACK)
    if frame is None or frame["sign_public"] is None:
        return {"signature_holds": None, "contains_reading": None}
    message = proof.signed_message(frame["frame"], frame["sign_public"])
    if message is None:
        return {"signature_holds": False, "contains_reading": False}
    return {
        "signature_holds": proof.key_counted(frame),
        "contains_reading": proof.says(message, frame, row),
    }


async def curve(conn: Conn, alert: Row, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the course of every metric that the alert could build on, around it."""
    metrics = sorted({row["metric"] for row in rows})
    points: dict[int, list[dict[str, Any]]] = {metric: [] for metric in metrics}
    for row in await evidence.course(conn, alert, metrics):
        points[row["metric"]].append(
            {
                "time": rfc3339(row["time"]),
                "value": row["value"],
                "quality": Quality(row["quality"]).name.lower(),
            }
        )
    return [
        {"metric": Metric(metric).wire_name, "points": found} for metric, found in points.items()
    ]


async def history(conn: Conn, alert: Row) -> list[dict[str, Any]]:
    """Return what happened to the alert: when, what, whom it called, who did it."""
    return [
        {
            "at": rfc3339(row["at"]),
            "change": row["change"],
            "call": row["call"],
            "level": LEVEL_NAMES[row["rung"]],
            "priority": row["priority"],
            "by": row["actor"],
            "role": row["actor_role"],
            "doctor": row["doctor"],
            "settings_revision": row["settings_revision"],
        }
        for row in await alert_history.of_alert(conn, alert["id"])
    ]


async def seen(conn: Conn, alert: Row) -> list[dict[str, Any]]:
    """Return who opened the alert or its evidence, by the audit log; the ward's own nobody."""
    if alert["patient_no"] is None:
        return []
    return [
        {
            "by": row["by"],
            "role": row["role"],
            "first": rfc3339(row["first"]),
            "last": rfc3339(row["last"]),
            "times": row["times"],
        }
        for row in await alert_history.seen_by(conn, alert["patient_no"], alert["id"])
    ]


async def notices(conn: Conn, alert: Row) -> list[dict[str, Any]]:
    """Return who was told by which channel and when, and whether it was shown and opened."""
    return [
        {
            "id": str(row["id"]),
            "to": OUT_OF_HOURS if row["contact"] else row["name"] or "another system",
            "role": row["role"],
            "channel": row["kind"],
            "change": row["change"],
            "level": LEVEL_NAMES[row["rung"]],
            "step": row["step"],
            "state": row["state"],
            "attempts": row["attempts"],
            "called_at": rfc3339(row["called_at"]),
            "sent_at": rfc3339(row["sent_at"]),
            "delivered_at": rfc3339(row["delivered_at"]),
            "opened_at": rfc3339(row["opened_at"]),
            "failure": row["failure"],
        }
        for row in await calls.of_alert(conn, alert["id"])
    ]


async def settings(conn: Conn, alert: Row, revision: int) -> dict[str, Any]:
    """Return the revision of the ward's settings that the alert was raised under."""
    rows = []
    if revision:
        rows = await wards.history(conn, alert["ward"], before=revision, limit=1)
    row = rows[0] if rows and rows[0]["revision"] == revision else None
    return {
        "ward": alert["ward"],
        "revision": revision,
        "profile": row["profile"] if row else "standard",
        "set_by": row["set_by_name"] if row else None,
        "set_at": rfc3339(row["set_at"]) if row else None,
        "reason": row["reason"] if row else None,
        "changed": row["settings"] if row else {},
    }
