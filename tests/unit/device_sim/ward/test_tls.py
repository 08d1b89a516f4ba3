"""A device with a client certificate shows the one that its rotation brought."""

import datetime as dt
import ssl
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from deploy.secrets.certificates import Credential, issue_server, make_authority
from device_sim.device.identity import DeviceSecrets, Identity, enrolment_request
from device_sim.errors import WardRefused
from device_sim.ward import registration
from device_sim.ward.registration import RegisteredPatient, enroller
from device_sim.ward.tls import certificate_request, client_context, make_tls_key
from gateway import wire

NOW = dt.datetime.now(dt.UTC)
KEYS = DeviceSecrets(seed=bytes(32))
IDENTITY = Identity(device="w-1", bucket="0f", gateway_sign=(), gateway_box=bytes(32))


def signed(authority: Credential, csr: str) -> str:
    request = x509.load_pem_x509_csr(csr.encode())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(request.subject)
        .issuer_name(authority.certificate.subject)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + dt.timedelta(days=1))
        .sign(authority.key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


class Office:
    """The ward's enrolment in miniature; ``asked`` keeps the requests."""

    def __init__(self, folder: Path) -> None:
        self.devices = make_authority("devices", NOW)
        server = issue_server(service := make_authority("services", NOW), NOW)
        self.ca_pem = service.certificate_pem().decode()
        self.door = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        file = folder / "door.pem"
        file.write_bytes(server.key_pem() + server.certificate_pem())
        self.door.load_cert_chain(file)
        self.door.load_verify_locations(cadata=self.devices.certificate_pem().decode())
        self.door.verify_mode = ssl.CERT_REQUIRED
        self.asked: list[wire.EnrolmentRequest] = []

    def mqtt(self, csr: str | None) -> wire.EnrolledMqtt:
        pem = signed(self.devices, csr) if csr else None
        return wire.EnrolledMqtt(
            host="localhost", port=1, ca_pem=self.ca_pem, client_certificate_pem=pem
        )

    def enrol(self, _api: str, request: wire.EnrolmentRequest) -> wire.EnrolmentAnswer:
        self.asked.append(request)
        key = "A" * 43 + "="
        return msgspec.convert(
            {
                "device": "w-1",
                "bucket": "0f",
                "topics": dict.fromkeys(("vitals", "status", "commands", "receipts", "acks"), ""),
                "mqtt": msgspec.to_builtins(self.mqtt(request.csr)),
                "gateway": {"sign_public_keys": [key], "box_public_key": key},
            },
            wire.EnrolmentAnswer,
        )

    def shown_by(self, context: ssl.SSLContext) -> bytes:
        """The certificate that a client of this context shows at the door."""
        to_door, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(to_client, to_door, server_hostname="localhost")
        door = self.door.wrap_bio(to_door, to_client, server_side=True)
        for side in (client, door, client, door):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
        shown = door.getpeercert(binary_form=True)
        assert shown is not None
        return shown


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office(tmp_path)
    monkeypatch.setattr(registration, "enrol_now", made.enrol)
    return made


def device(office: Office, tls: ssl.SSLContext | None) -> RegisteredPatient:
    return RegisteredPatient(
        patient="p", identity=IDENTITY, keys=KEYS, mqtt=office.mqtt(None), tls=tls
    )


def test_a_rotation_renews_the_certificate_that_the_next_connection_shows(office: Office) -> None:
    key = make_tls_key()
    context = client_context(key, office.mqtt(certificate_request(key)))
    before = office.shown_by(context)
    enroller("http://ward", [device(office, context)])("w-1", "token", KEYS)
    after = office.shown_by(context)
    csr = office.asked[0].csr
    assert csr is not None
    asked_for = x509.load_pem_x509_csr(csr.encode()).public_key()
    assert before != after
    assert x509.load_der_x509_certificate(after).public_key() == asked_for
    assert asked_for != key.public_key()


def test_a_device_without_a_certificate_asks_for_none(office: Office) -> None:
    enroller("http://ward", [device(office, None)])("w-1", "token", KEYS)
    assert office.asked[0].csr is None


def test_an_answer_without_the_certificate_is_a_refusal(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_tls_key()
    context = client_context(key, office.mqtt(certificate_request(key)))
    before = office.shown_by(context)
    bare = office.enrol("", enrolment_request("token", KEYS))
    monkeypatch.setattr(registration, "enrol_now", lambda _api, _request: bare)
    with pytest.raises(WardRefused, match="without a client certificate"):
        enroller("http://ward", [device(office, context)])("w-1", "token", KEYS)
    assert office.shown_by(context) == before
