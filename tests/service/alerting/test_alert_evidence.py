"""From an alert to the readings and the signed bytes behind it (law 11)."""

import base64
from datetime import timedelta

from nacl.signing import SigningKey, VerifyKey
from psycopg.types.json import Jsonb

from analytics.domain.vitals import Metric
from tests.support.ward import START, Ward, story


def test_an_alert_is_proved_down_to_the_signed_bytes(ward: Ward) -> None:
    patient, nurse = ward.patient(), ward.doctor("N", kind="nurse")
    ward.care_team(patient, nurse)
    device = ward.device(patient, {"spo2": 60})
    key = SigningKey.generate()
    key_row = ward.one(
        """INSERT INTO device_key (device_no, sign_public, enrolled_at)
           VALUES (%s, %s, %s) RETURNING id""",
        device["no"],
        bytes(key.verify_key),
        START,
    )
    for frame, minute, value in ((11, 0, 97.0), (12, 5, 82.0), (13, 9, 81.0)):
        at = START + timedelta(minutes=minute)
        ward.sql.execute(
            """INSERT INTO observation (time, received, frame_id, patient_no, device_no, metric,
                                        quality, value) VALUES (%s, %s, %s, %s, %s, %s, 0, %s)""",
            (at, at, frame, patient.no, device["no"], Metric.SPO2, value),
        )
        signed = b"\x01" + key.sign(f"frame {frame}".encode())
        ward.sql.execute(
            """INSERT INTO signed_frame (time, frame_id, key_id, boot, seq, offset_ms, patient_no,
                                         device_no, kind, clock_state, plan_revision,
                                         model_version, in_episode, paused, frame)
               VALUES (%s, %s, %s, 1, %s, 0, %s, %s, 1, 0, 1, 1, false, false, %s)""",
            (at, frame, key_row["id"], frame, patient.no, device["no"], signed),
        )
    breath = START + timedelta(minutes=3)
    ward.sql.execute(
        """INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value,
                                    entered_by) VALUES (%s, %s, 14, %s, %s, 1, 22, %s)""",
        (breath, breath, patient.no, Metric.RR, nurse.user_id),
    )
    raised = START + timedelta(minutes=5)
    alert = ward.one(
        """INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,
                                measured_at, received_at, raised_at, message, rule, frame_id,
                                detail)
           VALUES (%s, 'limit_spo2_low', 'clinical', 'high', 'open', %s, %s, %s, %s, 'low',
                   'limits/1', 12, %s) RETURNING id""",
        patient.no,
        raised,
        raised,
        raised,
        raised,
        Jsonb({}),
    )["id"]

    async def main() -> None:
        async with ward.api() as api:
            got = await api.get(f"/alerts/{alert}/evidence", headers=nurse.headers)
            assert got.status_code == 200
            proof = got.json()
            assert proof["rule"] == "limits/1"
            by_metric = {one["metric"]: one for one in proof["observations"]}
            assert by_metric["spo2"]["value"] == 82
            assert by_metric["rr"]["entered_by"] is not None
            assert by_metric["rr"]["device"] is None
            [frame] = proof["frames"]
            assert frame["frame"] == 12
            raw = base64.b64decode(frame["signed_frame"])
            public = VerifyKey(base64.b64decode(frame["public_key"]))
            assert public.verify(raw[1:]) == b"frame 12"

    story(main())
    assert ward.all("SELECT FROM audit WHERE action = 'alert.evidence'")
