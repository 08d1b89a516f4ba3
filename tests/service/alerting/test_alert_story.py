"""An alert's evidence: readings checked at this moment, and who was told, saw and answered."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

from analytics.domain.vitals import Metric
from tests.support.reaching import add_channel, engine, reaching, settings_of, until
from tests.support.receivers import Browser, receiving
from tests.support.ward import Patient, Ward, story

NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE = timedelta(minutes=1)


def measured(ward: Ward, patient: Patient, values: list[float]) -> None:
    """Signed frames as a device sends them, one a minute up to now, and the readings they gave."""
    device = ward.device(patient, {"spo2": 60}, NOW - timedelta(days=1))
    key = SigningKey.generate()
    key_row = ward.one(
        """INSERT INTO device_key (device_no, sign_public, enrolled_at)
           VALUES (%s, %s, %s) RETURNING id""",
        device["no"],
        bytes(key.verify_key),
        NOW - timedelta(days=1),
    )
    for n, value in enumerate(values):
        at, frame = NOW - (len(values) - 1 - n) * MINUTE, 100 + n
        ward.sql.execute(
            """INSERT INTO observation (time, received, device_time, frame_id, patient_no,
                                        device_no, metric, quality, value)
               VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s)""",
            (at, at, at, frame, patient.no, device["no"], Metric.SPO2, value),
        )
        sample = {"t": int(at.timestamp() * 1000), "spo2": value}
        body = {"type": "vitals/1", "device": device["id"], "boot": 1, "seq": frame}
        signed = b"\x01" + key.sign(json.dumps({**body, "samples": [sample]}).encode())
        ward.sql.execute(
            """INSERT INTO signed_frame (time, frame_id, key_id, boot, seq, offset_ms, patient_no,
                                         device_no, kind, clock_state, plan_revision,
                                         model_version, in_episode, paused, frame)
               VALUES (%s, %s, %s, 1, %s, 0, %s, %s, 1, 0, 1, 1, false, false, %s)""",
            (at, frame, key_row["id"], frame, patient.no, device["no"], signed),
        )


def test_evidence_tells_what_holds_now_and_who_was_told_saw_and_answered(
    ward: Ward, tmp_path: Path
) -> None:
    patient, doctor = ward.patient(), ward.doctor("Dr A")
    ward.on_shift(doctor)
    ward.care_team(patient, doctor)
    measured(ward, patient, [97.0, 84.0, 82.0])

    async def main() -> None:
        with receiving() as receiver:
            async with reaching(ward, settings_of(tmp_path, to=receiver)) as client:
                browser = Browser(f"{receiver.origin}/push/1")
                await add_channel(client, doctor, "push", browser.subscription())
                ward.finding(patient, "limit_spo2_low", NOW, rule="limits/1")
                ward.sql.execute("UPDATE outbox SET frame_id = 102")
                await engine(ward)
                await until(lambda: ward.all("SELECT FROM notice WHERE state = 'sent'") != [])
                [notice] = ward.all("SELECT id, episode_id FROM notice")
                cookie = {"Cookie": f"homeward={doctor.token}"}
                await client.get(f"/n/{notice['id']}", headers=cookie)
                alert = f"/api/v1/alerts/{notice['episode_id']}"
                body = {"comment": "on my way", "outcome": "actionable"}
                said = await client.post(f"{alert}/acknowledge", json=body, headers=doctor.headers)
                assert said.status_code == 200, said.text

                async def proof() -> dict[str, Any]:
                    got = await client.get(f"{alert}/evidence", headers=doctor.headers)
                    assert got.status_code == 200, got.text
                    told: dict[str, Any] = got.json()
                    return told

                told = await proof()
                [reading] = told["observations"]
                assert (reading["value"], reading["frame"]) == (82.0, 102)
                assert (reading["signature_holds"], reading["contains_reading"]) == (True, True)
                [curve] = told["curve"]
                assert [one["value"] for one in curve["points"]] == [97.0, 84.0, 82.0]
                changes = [(one["change"], one["call"], one["by"]) for one in told["history"]]
                assert changes[0][:2] == ("raised", True)
                assert changes[-1][0] == "acknowledged"
                assert changes[-1][2] is not None
                [sent] = told["notices"]
                assert (sent["channel"], sent["state"], sent["role"]) == ("push", "seen", "doctor")
                assert sent["opened_at"] is not None
                assert told["settings"]["revision"] == 0
                assert told["seen"] == []  # nobody has opened it but by the notice
                ward.sql.execute(
                    "UPDATE observation SET value = 88 WHERE frame_id = 102 AND metric = %s",
                    (Metric.SPO2,),
                )
                again = await proof()
                [changed] = again["observations"]
                assert [(one["role"], one["times"]) for one in again["seen"]] == [("doctor", 1)]
                assert (changed["signature_holds"], changed["contains_reading"]) == (True, False)
                ward.sql.execute(
                    "UPDATE signed_frame SET frame = set_byte(frame, 40, 1) WHERE frame_id = 102"
                )
                [forged] = (await proof())["observations"]
                assert forged["signature_holds"] is False

    story(main())
