"""Alerts of a ward that runs are carried over: one a patient, its conditions as reasons."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from gateway import migrations
from tests.support.databases import DatabaseServer

_ALERT = """
    INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, measured_at,
                         received_at, pending_due, raised_at, escalate_due, acknowledged_until,
                         message, count, value, cleared_at, calls)
    SELECT no, %(condition)s, %(kind)s, %(priority)s, %(state)s, now() - interval '1 hour',
           now(), now(), CASE WHEN %(state)s = 'pending' THEN now() END,
           CASE WHEN %(state)s <> 'pending' THEN now() - interval '1 hour' END,
           CASE WHEN %(state)s = 'open' THEN now() END,
           CASE WHEN %(state)s = 'acknowledged' THEN now() END,
           '', 3, %(value)s, CASE WHEN %(over)s THEN now() END, 1
      FROM patient RETURNING id, patient_no
"""


def test_open_alerts_become_reasons_of_one(postgres_server: DatabaseServer) -> None:
    with postgres_server.empty() as database:
        migrations.upgrade(database.superuser, "0022")
        with psycopg.connect(database.superuser, autocommit=True, row_factory=dict_row) as sql:
            sql.execute(
                "INSERT INTO patient (bucket, ward, sealed, sex, created_at)"
                " VALUES (0, 'main', '', 'unknown', now())"
            )
            kept = _alert(sql, "news2_urgent", "medium", "open", value=6.0)
            grave = _alert(sql, "critical_hr", "high", "acknowledged", over=True)
            _alert(sql, "limit_hr_high", "medium", "pending")
            battery = _alert(sql, "battery", "low", "open", kind="technical")
            _alert(sql, "limit_rr_high", "medium", "resolved")
            for one in (kept, grave):
                sql.execute(
                    "SELECT append_alert_event(%s, %s, 'main', 'alert.raised', now(), NULL, '{}',"
                    ' \'{"state": "open", "call": true}\')',
                    (one["id"], one["patient_no"]),
                )
            migrations.upgrade(database.superuser)
            living = sql.execute(
                "SELECT * FROM episode WHERE state IN ('open', 'acknowledged') ORDER BY kind"
            ).fetchall()
            assert [one["id"] for one in living] == [kept["id"], battery["id"]]
            alert = living[0]
            assert (alert["state"], alert["priority"], alert["count"]) == ("open", "high", 6)
            assert alert["called_for"]["news2"] == 6.0
            reasons = sql.execute("SELECT * FROM reason ORDER BY condition").fetchall()
            assert [(one["condition"], one["state"], one["episode_id"]) for one in reasons] == [
                ("critical_hr", "resolved", kept["id"]),
                ("limit_hr_high", "pending", None),
                ("news2_urgent", "open", kept["id"]),
            ]
            last = sql.execute("SELECT * FROM alert_event ORDER BY stream_id DESC").fetchone()
            assert last is not None
            assert (last["event"], last["episode_id"]) == ("alert.closed", grave["id"])
            assert (last["data"]["state"], last["data"]["call"]) == ("resolved", False)


def _alert(
    sql: psycopg.Connection[dict[str, Any]],
    condition: str,
    priority: str,
    state: str,
    **more: object,
) -> dict[str, Any]:
    facts = {"kind": "clinical", "value": None, "over": False} | more
    row = sql.execute(
        _ALERT, {"condition": condition, "priority": priority, "state": state, **facts}
    ).fetchone()
    assert row is not None
    return row
