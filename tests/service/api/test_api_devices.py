"""Devices over HTTP: registering, enrolling with proof, certificates, revocation, commands."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from nacl.signing import SigningKey

from gateway.wire.topics import bucket_of
from tests.service.api.conftest import Ward

LOW_ORDER = (
    "00" * 32,
    "01" + "00" * 31,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
)
"""Points of low order of Curve25519: with them a key agreement gives zeros (RFC 7748, 6.1)."""


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def request_for(token: str, key: SigningKey, csr: str | None = None) -> dict[str, Any]:
    """An enrolment written from docs/device-protocol.md, with none of the product's code."""
    public = b64(bytes(key.verify_key))
    box = b64(bytes(range(32)))
    csr_hash = hashlib.sha256(csr.encode()).hexdigest() if csr else ""
    text = f"homeward-enrol/1\n{token}\n{public}\n{box}\n{csr_hash}"
    proof = b64(key.sign(text.encode()).signature)
    whole = {"token": token, "public_key": public, "box_public_key": box, "proof": proof}
    return whole | ({"csr": csr} if csr else {})


def certificate_request(name: str = "gateway") -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    pem = request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return pem.decode()


@pytest.fixture
def home(staffed: Ward) -> tuple[Ward, str, dict[str, Any]]:
    """A ward with one patient and one registered device; the gateway has told its keys."""
    staffed.sql(
        "INSERT INTO gateway_key VALUES (%s, %s, now(), NULL)",
        bytes(range(32)),
        bytes(range(1, 33)),
    )
    patient = staffed.take_in()
    body = {"kind": "wrist", "serial": "S-1", "expected": {"hr": 60}}
    made = staffed.post("coordinator", f"/patients/{patient}/devices", body)
    assert made.status_code == 201, made.text
    assert made.json()["enrolment_token"].startswith("hw_")
    return staffed, patient, made.json()


def test_a_device_enrols_and_gets_everything_it_needs(
    home: tuple[Ward, str, dict[str, Any]],
) -> None:
    ward, patient, made = home
    csr = certificate_request()
    asked = request_for(made["enrolment_token"], SigningKey.generate(), csr)
    answer = ward.post("", "/enrol", asked)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    bucket = bucket_of(UUID(patient))
    assert told["device"] == made["id"] == made["device"]
    assert told["bucket"] == bucket
    assert told["topics"]["vitals"] == f"homeward/v1/{bucket}/{made['id']}/vitals"
    assert set(told["topics"]) == {"vitals", "status", "commands", "receipts", "acks"}
    assert told["mqtt"]["port"] == ward.settings.device_mqtt_port
    assert "BEGIN CERTIFICATE" in told["mqtt"]["ca_pem"]
    assert told["gateway"]["sign_public_keys"] == [b64(bytes(range(32)))]
    assert told["gateway"]["box_public_key"] == b64(bytes(range(1, 33)))
    certificate = x509.load_pem_x509_certificate(told["mqtt"]["client_certificate_pem"].encode())
    (name,) = certificate.subject
    assert (name.oid, name.value) == (NameOID.COMMON_NAME, made["id"])
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    authority = x509.load_pem_x509_certificate(ward.settings.device_ca_cert_file.read_bytes())
    certificate.verify_directly_issued_by(authority)
    shown = ward.get("coordinator", f"/patients/{patient}/devices").json()["items"][0]
    assert (shown["state"], shown["expected"]) == ("enrolled", {"hr": 60.0})


def test_a_lost_answer_is_given_again_and_to_nobody_else(
    home: tuple[Ward, str, dict[str, Any]],
) -> None:
    ward, _, made = home
    asked = request_for(made["enrolment_token"], SigningKey.generate(), certificate_request())
    first = ward.post("", "/enrol", asked)
    again = ward.post("", "/enrol", asked)
    assert (again.status_code, again.json()) == (201, first.json())
    other = request_for(made["enrolment_token"], SigningKey.generate())
    assert ward.post("", "/enrol", other).status_code == 401
    wrong = ward.post("", "/enrol", request_for("no such token", SigningKey.generate()))
    assert wrong.status_code == 401
    assert wrong.json() == ward.post("", "/enrol", other).json()
    assert ward.sql("SELECT count(*) FROM device_key") == [(1,)]
    ward.sql("UPDATE enrolment SET expires_at = now()")
    assert ward.post("", "/enrol", asked).status_code == 401


def test_bad_keys_proofs_and_requests_are_named(home: tuple[Ward, str, dict[str, Any]]) -> None:
    ward, _, made = home
    good = request_for(made["enrolment_token"], SigningKey.generate())
    other = request_for(made["enrolment_token"], SigningKey.generate())
    for change, field in (
        ({"proof": other["proof"]}, "proof"),
        ({"proof": "!!"}, "proof"),
        ({"public_key": b64(b"short")}, "public_key"),
        ({"public_key": b64(bytes(32))}, "public_key"),
        *[({"box_public_key": b64(bytes.fromhex(key))}, "box_public_key") for key in LOW_ORDER],
    ):
        refused = ward.post("", "/enrol", good | change)
        assert refused.status_code == 422, change
        assert refused.json()["errors"][0]["field"] == field
    junk = request_for(made["enrolment_token"], SigningKey.generate(), "junk")
    assert ward.post("", "/enrol", junk).json()["errors"][0]["field"] == "csr"
    assert ward.post("", "/enrol", {"token": "x"}).status_code == 422
    assert ward.sql("SELECT count(*) FROM device_key") == [(0,)]
    assert ward.post("", "/enrol", good).status_code == 201


def test_a_key_serves_one_device(home: tuple[Ward, str, dict[str, Any]]) -> None:
    ward, patient, made = home
    key = SigningKey.generate()
    assert ward.post("", "/enrol", request_for(made["enrolment_token"], key)).status_code == 201
    second = ward.post("coordinator", f"/patients/{patient}/devices", {"kind": "scale"}).json()
    refused = ward.post("", "/enrol", request_for(second["enrolment_token"], key))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "public_key"


def test_a_new_token_rotates_the_key_and_ends_the_old_token(
    home: tuple[Ward, str, dict[str, Any]],
) -> None:
    ward, _, made = home
    token = ward.post("coordinator", f"/devices/{made['id']}/token").json()["enrolment_token"]
    old = request_for(made["enrolment_token"], SigningKey.generate())
    assert ward.post("", "/enrol", old).status_code == 401
    assert ward.post("", "/enrol", request_for(token, SigningKey.generate())).status_code == 201
    token = ward.post("coordinator", f"/devices/{made['id']}/token").json()["enrolment_token"]
    assert ward.post("", "/enrol", request_for(token, SigningKey.generate())).status_code == 201
    assert ward.sql("SELECT count(*) FROM device_key WHERE revoked_at IS NULL") == [(2,)]


def test_revocation_ends_keys_certificates_and_tokens(
    home: tuple[Ward, str, dict[str, Any]],
) -> None:
    ward, _, made = home
    path = f"/devices/{made['id']}"
    early = ward.post("coordinator", f"{path}/certificate", {"csr": certificate_request()})
    assert early.status_code == 409
    ward.post("", "/enrol", request_for(made["enrolment_token"], SigningKey.generate()))
    more = ward.post("coordinator", f"{path}/certificate", {"csr": certificate_request()})
    assert more.status_code == 201, more.text
    gone = ward.post("coordinator", f"{path}/revoke")
    assert gone.json()["state"] == "revoked"
    assert ward.post("coordinator", f"{path}/revoke").json() == gone.json()
    assert ward.post("coordinator", f"{path}/token").status_code == 409
    assert ward.sql("SELECT count(*) FROM device_key WHERE revoked_at IS NULL") == [(0,)]
    listed = x509.load_pem_x509_crl(ward.get("coordinator", "/devices/revoked.pem").content)
    assert [f"{one.serial_number:x}" for one in listed] == [more.json()["id"]]
    assert listed.next_update_utc is not None
    assert (listed.next_update_utc - datetime.now(UTC)).days >= 29


def test_commands_are_a_closed_list_for_enrolled_devices(
    home: tuple[Ward, str, dict[str, Any]],
) -> None:
    ward, _, made = home
    path = f"/devices/{made['id']}/commands"
    ask = {"command": "measure", "args": {"metric": "spo2"}}
    assert ward.post("coordinator", path, ask).status_code == 409
    ward.post("", "/enrol", request_for(made["enrolment_token"], SigningKey.generate()))
    queued = ward.post("coordinator", path, ask)
    assert queued.status_code == 201, queued.text
    assert ward.post("coordinator", path, {"command": "rotate_key"}).status_code == 201
    for wrong in (
        {"command": "reboot"},
        {"command": "trust", "args": {"sign_public_key": "x"}},
        {"command": "measure", "args": {"metric": "mood"}},
        {"command": "interval", "args": {"metric": "hr", "seconds": 0}},
        {"command": "message", "args": {"text": ""}},
    ):
        assert ward.post("coordinator", path, wrong).status_code == 422, wrong
    listed = ward.get("coordinator", path).json()["items"]
    assert [one["command"] for one in listed] == ["rotate_key", "measure"]
    assert {one["state"] for one in listed} == {"queued"}
    ((args,),) = ward.sql("SELECT args FROM command WHERE command = 'rotate_key'")
    assert ward.post("", "/enrol", request_for(args["token"], SigningKey.generate())).is_success


def test_enrolment_waits_for_the_gateways_keys(staffed: Ward) -> None:
    patient = staffed.take_in()
    made = staffed.post("coordinator", f"/patients/{patient}/devices", {"kind": "x"}).json()
    asked = request_for(made["enrolment_token"], SigningKey.generate())
    refused = staffed.post("", "/enrol", asked)
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert staffed.sql("SELECT used_at FROM enrolment") == [(None,)]


def test_a_stranger_cannot_tell_a_device_from_none(
    home: tuple[Ward, str, dict[str, Any]],
) -> None:
    ward, _, made = home
    ward.add("elsewhere", "coordinator", ward="north")
    hidden = ward.post("elsewhere", f"/devices/{made['id']}/revoke")
    none = ward.post("elsewhere", "/devices/w-nosuchone/revoke")
    assert hidden.status_code == none.status_code == 404
    assert hidden.json() == none.json()
    assert ward.get("elsewhere", "/devices").json()["items"] == []
