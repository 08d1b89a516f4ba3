"""A device's coverage over HTTP: readings against the schedule, holes as loss, and who may see."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.service.api.conftest import Ward

DAY = datetime(2026, 3, 2, tzinfo=UTC)
SPAN = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-04T00:00:00Z"}


def device_of(ward: Ward, patient: str) -> tuple[str, int]:
    body = {"kind": "wrist", "expected": {"hr": 60, "rr": 3600}}
    made: dict[str, Any] = ward.post("coordinator", f"/patients/{patient}/devices", body).json()
    ward.sql(
        "UPDATE device SET state = 'enrolled', bound_from = %s WHERE id = %s",
        DAY - timedelta(days=20),
        made["id"],
    )
    return made["id"], ward.sql("SELECT no FROM device WHERE id = %s", made["id"])[0][0]


def write_day(ward: Ward, patient: str, device_no: int) -> None:
    """Half a day of heart rate; frames 1, 2, 5 and 9 of a boot, the 9 refused."""
    no = ward.number(patient)
    ward.sql(
        "INSERT INTO observation SELECT t, t, t, 7, %s, %s, 1, 0, 70, NULL"
        " FROM generate_series(%s::timestamptz, %s, '1 minute') t",
        no,
        device_no,
        DAY,
        DAY + timedelta(hours=12, seconds=-1),
    )
    for seq in (1, 2, 5):
        ward.sql(
            "INSERT INTO signed_frame VALUES (%s, %s, 1, 3, %s, 0, %s, %s, 1, 0, 1, 0, false,"
            " false, NULL, 'x')",
            DAY + timedelta(hours=seq),
            seq,
            seq,
            no,
            device_no,
        )
    ward.sql(
        "INSERT INTO quarantine (received, device_no, topic, reason, signed, boot, seq, payload)"
        " VALUES (%s, %s, 't', 'malformed', true, 3, 9, 'x')",
        DAY + timedelta(days=1, hours=1),
        device_no,
    )
    ward.sql(
        "INSERT INTO device_window (device_no, boot, upto, highest, also, last_received)"
        " VALUES (%s, 3, 2, 9, '{5,5,9,9}', %s)",
        device_no,
        DAY + timedelta(days=1, hours=1),
    )


def test_loss_is_shown_by_day(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    device, device_no = device_of(ward, patient)
    write_day(ward, patient, device_no)
    answer = ward.get("coordinator", f"/devices/{device}/coverage", params=SPAN)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["device"], told["time_zone"], told["missing_frames"]) == (device, "UTC", 5)
    before, day, after = told["items"]
    assert [one["day"] for one in told["items"]] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert day["metrics"]["hr"] == {"expected": 1440, "received": 720, "coverage": 0.5}
    assert day["metrics"]["rr"] == {"expected": 24, "received": 0, "coverage": 0.0}
    assert (day["expected"], day["received"], day["coverage"]) == (1464, 720, 0.25)
    assert (day["frames"], day["missing_frames"]) == (3, 2)
    assert (after["frames"], after["missing_frames"], after["coverage"]) == (0, 3, 0.0)
    assert (before["received"], before["coverage"], before["missing_frames"]) == (0, 0.0, 0)


def test_a_device_that_jumps_to_the_last_number_is_still_listed_and_revoked(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    device, device_no = device_of(ward, patient)
    last = 2**53 - 1
    ward.sql(
        "INSERT INTO device_window (device_no, boot, upto, highest, also, last_received)"
        " SELECT %s, boot, 0, %s, %s, %s FROM generate_series(1, 2000) boot",
        device_no,
        last,
        [last, last],
        DAY,
    )
    for path in ("/devices?limit=1000", f"/patients/{patient}/devices"):
        answer = ward.get("coordinator", path)
        assert answer.status_code == 200, answer.text
        told = {one["id"]: one["missing_frames"] for one in answer.json()["items"]}
        assert told[device] == last
    coverage = ward.get("coordinator", f"/devices/{device}/coverage", params=SPAN)
    assert coverage.json()["missing_frames"] == last
    assert ward.post("coordinator", f"/devices/{device}/revoke").status_code == 200


def test_only_who_may_see_the_patient_may_see_it(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    device, _ = device_of(ward, patient)
    path = f"/devices/{device}/coverage"
    assert ward.get("doctor", path).status_code == 200
    assert ward.get("nurse", path).status_code == 404
    assert ward.get("patient", path).status_code == 403
    assert len(ward.get("doctor", path).json()["items"]) in {7, 8}


def test_spans_are_bounded(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    device, _ = device_of(ward, patient)
    far = {"from": "2026-01-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}
    assert ward.get("doctor", f"/devices/{device}/coverage", params=far).status_code == 422
    assert ward.get("doctor", "/devices/w-none/coverage").status_code == 404
