"""Silence, outages and empty shifts, looked for in the tables."""

from datetime import datetime, timedelta

from analytics.alerts.transitions import EpisodePolicy
from api.alerting.settings import AlertingSettings
from api.alerting.sweep import sweep
from tests.support.ward import START, Ward, story

SETTINGS = AlertingSettings()
MINUTE = timedelta(minutes=1)


def look(ward: Ward, now: datetime, *, trust_gateway: bool = False) -> None:
    async def told() -> None:
        async with ward.engine() as conn:
            silent_s = None if trust_gateway else 15.0
            await sweep(conn, now, SETTINGS, EpisodePolicy(), slack_s=0, gateway_silent_s=silent_s)

    story(told())


def living(ward: Ward) -> list[str]:
    rows = ward.all("SELECT condition FROM episode WHERE state IN ('open', 'acknowledged')")
    return sorted(row["condition"] for row in rows)


def staffed(ward: Ward) -> None:
    ward.on_shift(ward.doctor(), START)
    ward.gateway_beat()


def test_a_device_silent_by_its_schedule_is_told_once_and_ends_by_itself(ward: Ward) -> None:
    staffed(ward)
    patient = ward.patient()
    device = ward.device(patient, {"hr": 60})
    ward.heard(device, START)
    look(ward, START + 3 * MINUTE)
    assert living(ward) == []
    for minute in (4, 5, 6):
        look(ward, START + minute * MINUTE)
    assert living(ward) == ["silent"]
    assert [e["event"] for e in ward.events()] == ["alert.raised"]
    [episode] = ward.episodes("silent")
    assert (episode["patient_no"], episode["device_no"]) == (patient.no, device["no"])
    assert (episode["doctor_id"], episode["escalation_level"]) == (None, 2)
    ward.heard(device, START + 6 * MINUTE)
    look(ward, START + 7 * MINUTE)
    assert living(ward) == []
    assert [e["event"] for e in ward.events()] == ["alert.raised", "alert.closed"]


def test_a_second_device_that_falls_silent_calls_again(ward: Ward) -> None:
    """Who has acknowledged a silent scale must hear of the oximeter."""
    staffed(ward)
    patient = ward.patient()
    scale, oximeter = ward.device(patient, {"weight": 60}), ward.device(patient, {"spo2": 60})
    ward.heard(scale, START)
    ward.heard(oximeter, START + 9 * MINUTE)
    look(ward, START + 10 * MINUTE)
    ward.sql.execute(
        "UPDATE episode SET state = 'acknowledged', escalate_due = NULL, acknowledged_until = %s",
        (START + 40 * MINUTE,),
    )
    for minute in (14, 15):
        look(ward, START + minute * MINUTE)
    [episode] = ward.episodes("silent")
    assert episode["state"] == "open"
    assert str(oximeter["id"]) in str(episode["message"])
    changes = [event["data"]["change"] for event in ward.events()]
    assert changes == ["raised", "worsened"]


def test_a_scale_that_speaks_daily_is_not_silent_for_a_day(ward: Ward) -> None:
    staffed(ward)
    ward.heard(ward.device(ward.patient(), {"weight": 86_400}), START)
    look(ward, START + timedelta(hours=71))
    assert "silent" not in living(ward)
    look(ward, START + timedelta(hours=73))
    assert "silent" in living(ward)


def test_a_device_without_a_schedule_is_silent_after_a_day(ward: Ward) -> None:
    staffed(ward)
    ward.heard(ward.device(ward.patient(), {}), START)
    look(ward, START + timedelta(hours=23))
    assert "silent" not in living(ward)
    look(ward, START + timedelta(hours=25))
    assert "silent" in living(ward)


def test_a_device_that_was_never_set_up_is_told_of(ward: Ward) -> None:
    staffed(ward)
    device = ward.device(ward.patient(), {"hr": 60})
    ward.sql.execute(
        "UPDATE device SET state = 'registered', bound_from = NULL WHERE no = %s", (device["no"],)
    )
    look(ward, START + timedelta(hours=23))
    assert "silent" not in living(ward)
    look(ward, START + timedelta(hours=25))
    assert "silent" in living(ward)


def test_paused_patients_devices_may_be_silent(ward: Ward) -> None:
    staffed(ward)
    ward.heard(ward.device(ward.patient(state="paused"), {"hr": 60}), START)
    look(ward, START + timedelta(hours=1))
    assert living(ward) == []


def test_many_silent_at_once_is_one_alert_about_the_ward(ward: Ward) -> None:
    staffed(ward)
    devices = [ward.device(ward.patient(), {"hr": 60}) for _ in range(20)]
    for device in devices:
        ward.heard(device, START)
    look(ward, START + 10 * MINUTE)
    assert living(ward) == ["ward_outage"]
    for device in devices[:-1]:
        ward.heard(device, START + 10 * MINUTE)
    look(ward, START + 11 * MINUTE)
    [outage] = ward.episodes("ward_outage")
    assert outage["cleared_at"] is not None
    assert living(ward) == ["ward_outage"], "high: it stays until somebody has seen it"
    for device in devices[:-1]:
        ward.heard(device, START + 15 * MINUTE)
    look(ward, START + 15 * MINUTE)
    assert living(ward) == ["silent", "ward_outage"], "the one left has had its grace again"


def test_a_gateway_without_a_heartbeat_is_an_outage(ward: Ward) -> None:
    staffed(ward)
    ward.heard(ward.device(ward.patient(), {"hr": 60}), START)
    look(ward, START)
    assert living(ward) == []
    ward.gateway_beat(age_s=60)
    look(ward, START + MINUTE, trust_gateway=True)
    assert living(ward) == []
    look(ward, START + MINUTE)
    assert living(ward) == ["ward_outage"]
    assert "gateway" in ward.episodes("ward_outage")[0]["message"]


def test_nobody_on_shift_is_loud_and_of_its_ward(ward: Ward) -> None:
    ward.gateway_beat()
    ward.patient()
    ward.patient("other")
    ward.on_shift(ward.doctor(ward="other"), START)
    look(ward, START)
    [episode] = ward.episodes("nobody_on_shift")
    assert (episode["ward"], episode["priority"]) == ("main", "high")
    assert episode["patient_no"] is None
    ward.on_shift(ward.doctor(kind="nurse"), START)
    look(ward, START + MINUTE)
    assert ward.episodes("nobody_on_shift")[0]["cleared_at"] is not None


def test_an_empty_ward_needs_nobody(ward: Ward) -> None:
    look(ward, START)
    assert ward.episodes() == []


def test_a_metric_that_should_come_and_does_not_is_coverage(ward: Ward) -> None:
    staffed(ward)
    patient = ward.patient()
    device = ward.device(patient, {"hr": 60, "spo2": 60})
    for minute in range(0, 30, 2):
        now = START + minute * MINUTE
        ward.heard(device, now)
        ward.sql.execute(
            """INSERT INTO patient_now (patient_no, received, latest)
               VALUES (%s, %s, jsonb_build_object('hr', jsonb_build_object('t', %s::bigint)))
               ON CONFLICT (patient_no) DO UPDATE SET latest = excluded.latest""",
            (patient.no, now, int(now.timestamp() * 1000)),
        )
        look(ward, now)
    [episode] = ward.episodes("coverage")
    assert episode["state"] == "pending" or episode["priority"] == "low"
    assert list(episode["detail"]["missing_s"]) == ["spo2"]


def test_guessing_of_passwords_is_told_and_ends(ward: Ward) -> None:
    staffed(ward)
    ward.patient()
    for name, failures in (("a", 60), ("b", 39)):
        ward.sql.execute(
            "INSERT INTO login_throttle (key, failures, window_start) VALUES (%s, %s, now())",
            (f"pair:{name}", failures),
        )
    look(ward, START)
    assert living(ward) == []
    ward.sql.execute("UPDATE login_throttle SET failures = failures + 1")
    look(ward, START + MINUTE)
    assert living(ward) == ["sign_in_guessing"]
    [episode] = ward.episodes("sign_in_guessing")
    assert (episode["kind"], episode["escalation_level"]) == ("technical", 2)
    ward.sql.execute("UPDATE login_throttle SET window_start = now() - interval '16 minutes'")
    look(ward, START + 2 * MINUTE)
    assert living(ward) == []
