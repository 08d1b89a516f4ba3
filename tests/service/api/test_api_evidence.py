"""Proof of a reading over HTTP: down to the signed bytes, or to the person who entered it."""

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from nacl.signing import SigningKey

from tests.service.api.conftest import Ward
from tests.service.api.writing import NOW, store


def signed_reading(ward: Ward, patient: str, key: SigningKey) -> bytes:
    """Store one reading in its signed frame, with the device and the key; return the frame."""
    no = ward.number(patient)
    time = NOW - timedelta(minutes=60)
    message = {
        "type": "vitals/1",
        "device": "w-one",
        "boot": 1,
        "seq": 1,
        "samples": [{"t": int(time.timestamp() * 1000), "hr": 71.5}],
    }
    frame = b"\x01" + bytes(key.sign(json.dumps(message).encode()))
    ((device_no,),) = ward.sql(
        "INSERT INTO device (id, patient_no, kind, registered_at) VALUES ('w-one', %s, 'x', now()) "
        "RETURNING no",
        no,
    )
    ((key_id,),) = ward.sql(
        "INSERT INTO device_key (device_no, sign_public, enrolled_at) VALUES (%s, %s, %s) "
        "RETURNING id",
        device_no,
        bytes(key.verify_key),
        time - timedelta(days=1),
    )
    store(ward, patient, "hr", [71.5], frame_id=9, device_no=device_no)
    ward.sql(
        "INSERT INTO signed_frame (time, frame_id, key_id, boot, seq, offset_ms, patient_no, "
        "device_no, kind, clock_state, plan_revision, model_version, in_episode, paused, frame) "
        "VALUES (%s, 9, %s, 1, 1, 0, %s, %s, 1, 0, 1, 1, false, false, %s)",
        time + timedelta(seconds=1),
        key_id,
        no,
        device_no,
        frame,
    )
    return frame


def test_a_reading_of_a_device_is_proved_by_its_signature(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    key = SigningKey.generate()
    frame = signed_reading(ward, patient, key)
    (point,) = ward.get("doctor", f"/patients/{patient}/observations").json()["items"]
    assert point["device"] == "w-one"
    path = f"/observations/{point['id']}/evidence"
    proof = ward.get("doctor", path).json()
    assert proof["verification"] == {"signature_holds": True, "contains_reading": True}
    assert b64decode(proof["frame"]["signed_bytes"]) == frame
    assert b64decode(proof["key"]["public_key"]) == bytes(key.verify_key)
    assert ward.get("nurse", path).status_code == 404
    ward.sql("UPDATE signed_frame SET frame = set_byte(frame, 70, 65)")
    assert ward.get("doctor", path).json()["verification"]["signature_holds"] is False


def test_a_reading_entered_by_staff_is_proved_by_their_name(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    no = ward.number(patient)
    time = NOW - timedelta(minutes=5)
    ward.sql(
        "INSERT INTO observation VALUES (%s, %s, NULL, 11, %s, NULL, 10, 1, 2, %s)",
        time,
        time,
        no,
        ward.ids["doctor"],
    )
    ward.sql(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload, "
        "folded_as) VALUES (%s, 0, 'observations', %s, %s, %s, 11)",
        no,
        time,
        ward.ids["doctor"],
        json.dumps({"samples": [{"t": int(time.timestamp() * 1000), "acvpu": 2}]}),
    )
    (point,) = ward.get("doctor", f"/patients/{patient}/observations").json()["items"]
    assert (point["quality"], point["entered_by"]) == ("manual", ward.ids["doctor"])
    proof = ward.get("doctor", f"/observations/{point['id']}/evidence").json()
    assert proof["entered_by"]["username"] == "doctor"
    assert proof["verification"] == {"signature_holds": None, "contains_reading": True}


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE lane_input SET payload = \'{"samples": [{"t": 1, "acvpu": 2}]}\'',
        'UPDATE lane_input SET payload = \'{"samples": [{"acvpu": 2}]}\'',
        "UPDATE lane_input SET payload = '[]'",
        "UPDATE lane_input SET entered_at = entered_at - interval '1 hour'",
        "UPDATE lane_input SET entered_by = (SELECT id FROM app_user WHERE username = 'nurse')",
        "UPDATE observation SET quality = 0",
        "UPDATE observation SET value = 3",
    ],
)
def test_an_entry_that_does_not_give_the_reading_is_no_proof(
    watched: tuple[Ward, str], change: str
) -> None:
    ward, patient = watched
    test_a_reading_entered_by_staff_is_proved_by_their_name(watched)
    ward.sql(change)
    (point,) = ward.get("doctor", f"/patients/{patient}/observations").json()["items"]
    proof = ward.get("doctor", f"/observations/{point['id']}/evidence").json()
    assert proof["verification"] == {"signature_holds": None, "contains_reading": False}


CHANGED_KEYS = (
    "enrolled_at = now()",
    "revoked_at = now() - interval '2 hours'",
    "superseded_at = now() - interval '2 hours', superseded_boot = 1, superseded_seq = 1",
    "superseded_at = now() - interval '8 days', superseded_boot = 1, superseded_seq = 9",
)
COUNTING_KEYS = (
    "revoked_at = now()",
    "superseded_at = now(), superseded_boot = 1, superseded_seq = 1",
    "superseded_at = now() - interval '2 hours', superseded_boot = 1, superseded_seq = 9",
)
CHANGED_ROWS = (
    "UPDATE signed_frame SET boot = 2",
    "UPDATE signed_frame SET seq = 2",
    "UPDATE device SET id = 'w-two'",
    "UPDATE signed_frame SET offset_ms = 60000",
    "UPDATE signed_frame SET offset_ms = 9000000000000000",
    "UPDATE observation SET device_time = device_time - interval '1 day'",
    "UPDATE observation SET device_time = NULL",
    "UPDATE observation SET received = received + interval '1 s'",
    "UPDATE observation SET value = 71",
)


def proved(ward: Ward, patient: str) -> tuple[bool, bool]:
    (point,) = ward.get("doctor", f"/patients/{patient}/observations").json()["items"]
    found = ward.get("doctor", f"/observations/{point['id']}/evidence").json()["verification"]
    return found["signature_holds"], found["contains_reading"]


@pytest.mark.parametrize("change", [*CHANGED_KEYS, *COUNTING_KEYS])
def test_a_signature_counts_if_its_key_did_when_the_frame_came(
    watched: tuple[Ward, str], change: str
) -> None:
    ward, patient = watched
    signed_reading(ward, patient, SigningKey.generate())
    ward.sql(f"UPDATE device_key SET {change}")  # noqa: S608 - our own words
    assert proved(ward, patient) == (change in COUNTING_KEYS, True)


def test_a_key_of_another_device_proves_nothing(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    signed_reading(ward, patient, SigningKey.generate())
    ((other,),) = ward.sql(
        "INSERT INTO device (id, patient_no, kind, registered_at) "
        "VALUES ('w-other', %s, 'x', now()) RETURNING no",
        ward.number(patient),
    )
    ward.sql("UPDATE device_key SET device_no = %s", other)
    assert proved(ward, patient) == (False, True)


@pytest.mark.parametrize("change", CHANGED_ROWS)
def test_a_frame_that_does_not_give_the_reading_is_no_proof_of_it(
    watched: tuple[Ward, str], change: str
) -> None:
    ward, patient = watched
    signed_reading(ward, patient, SigningKey.generate())
    assert proved(ward, patient) == (True, True)
    ward.sql(change)
    assert proved(ward, patient) == (True, False)


def test_ids_of_others_and_nonsense_are_not_found(watched: tuple[Ward, str]) -> None:
    ward, _ = watched
    for text in ("nonsense", "AAAA", "A" * 30, "*"):
        assert ward.get("doctor", f"/observations/{text}/evidence").status_code == 404
