"""What a device has wrong at once is one errand: one call, in a real database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due, findings
from api.alerting.settings import AlertingSettings
from tests.support.ward import Patient, Ward, story

SETTINGS, POLICY = AlertingSettings(), EpisodePolicy()
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def wrong(
    ward: Ward, patient: Patient, device: dict[str, Any], condition: str, **more: object
) -> None:
    ward.finding(patient, condition, NOW, **{"priority": "medium", **more})  # type: ignore[arg-type]
    ward.sql.execute(
        "UPDATE outbox SET device_no = %s WHERE taken_at IS NULL AND device_no IS NULL",
        (device["no"],),
    )


async def look(ward: Ward, now: datetime = NOW) -> None:
    async with ward.engine() as conn:
        await findings.take(conn, now, SETTINGS, POLICY)
        await due.tick(conn, now, POLICY)


def calls(ward: Ward) -> dict[str, int]:
    return {one["condition"]: one["calls"] for one in ward.episodes()}


def called(ward: Ward) -> list[str]:
    return [one["data"]["condition"] for one in ward.events() if one["data"]["call"]]


def test_a_devices_alerts_call_once_and_the_graver_calls_again(ward: Ward) -> None:
    async def told() -> None:
        patient = ward.patient()
        watch, scale = ward.device(patient, {"hr": 60}), ward.device(patient, {"weight": 60})
        wrong(ward, patient, watch, "units")
        await look(ward)
        wrong(ward, patient, watch, "refused")
        await look(ward, NOW + timedelta(seconds=10))
        assert calls(ward) == {"units": 1, "refused": 0}
        assert called(ward) == ["units"]
        wrong(ward, patient, scale, "battery")
        await look(ward, NOW + timedelta(seconds=20))
        wrong(ward, patient, watch, "sensor", priority="high")
        await look(ward, NOW + timedelta(seconds=30))
        assert called(ward) == ["units", "battery", "sensor"]
        wrong(ward, patient, watch, "forged")
        await look(ward, NOW + timedelta(seconds=40))
        assert called(ward)[3:] == ["forged"]

    story(told())


def test_what_is_behind_another_is_not_reminded_of_until_that_has_ended(ward: Ward) -> None:
    async def told() -> None:
        patient = ward.patient()
        watch = ward.device(patient, {"hr": 60})
        wrong(ward, patient, watch, "units")
        await look(ward)
        wrong(ward, patient, watch, "refused")
        later = NOW + timedelta(hours=5)
        await look(ward, later)
        await look(ward, later)
        assert set(called(ward)) == {"units"}
        wrong(ward, patient, watch, "units", change="cleared")
        await look(ward, later)
        assert [one["state"] for one in ward.episodes("units")] == ["resolved"]
        await look(ward, later + timedelta(hours=5))
        assert "refused" in called(ward)

    story(told())


def test_what_is_new_calls_once_the_first_has_long_been_answered(ward: Ward) -> None:
    async def told() -> None:
        patient = ward.patient()
        watch = ward.device(patient, {"hr": 60})
        wrong(ward, patient, watch, "units")
        await look(ward)
        ward.sql.execute(
            """UPDATE episode SET state = 'acknowledged', escalate_due = NULL,
                      acknowledged_at = %s, acknowledged_until = %s""",
            (NOW, NOW + timedelta(hours=8)),
        )
        wrong(ward, patient, watch, "refused")
        await look(ward, NOW + timedelta(minutes=5))
        assert called(ward) == ["units"]
        wrong(ward, patient, watch, "sensor")
        await look(ward, NOW + timedelta(minutes=50))
        assert called(ward) == ["units", "sensor"]
        wrong(ward, patient, watch, "silent")
        await look(ward, NOW + timedelta(minutes=51))
        assert called(ward) == ["units", "sensor", "silent"]

    story(told())
