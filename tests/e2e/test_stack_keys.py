"""Keys and certificates in a whole ward: revoked, rotated, renewed, while patients are measured."""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from cryptography import x509

from deploy.bench.fleet import sample
from deploy.binaries import Binaries
from device_sim.identity import Identity, Keys, enrolment_request, identity_of, make_keys
from device_sim.tls import certificate_request, client_context, make_tls_key
from gateway import wire
from tests.support.mqtt_clients import Listener
from tests.support.servers import wait_until
from tests.support.wards import WardProcess, running

ENDED_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def folder(binaries: Binaries) -> Iterator[Path]:
    assert binaries.mosquitto.exists()
    made = Path(tempfile.mkdtemp(prefix="homeward-keys-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def ward(folder: Path) -> Iterator[WardProcess]:
    with running(folder / "ward", "--simulate", "3") as up:
        yield up


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The ward's API as its administrator uses it, and its tables."""

    ward: WardProcess
    http: httpx.Client

    def post(self, path: str, body: object = None) -> dict[str, Any]:
        answer = self.http.post(path, json=body)
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.ward.description["database_url"]) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def speak(self, topic: str, frame: bytes) -> None:
        """Publish by the simulators' door, which is open to frames of any device."""
        fleet = self.ward.description["mqtt"]["fleet"]
        speaker = Listener("keys-test")
        speaker.client.username_pw_set(fleet["username"], fleet["password"])
        speaker.connect(fleet["host"], fleet["port"])
        assert speaker.publish(topic, frame)
        speaker.close()

    def refused(self, device: str) -> dict[str, int]:
        """How many of a device's frames were refused, by reason."""
        return dict(
            self.ask(
                "SELECT r.reason, r.n FROM refusal_count r JOIN device d ON d.no = r.device_no"
                " WHERE d.id = %s",
                device,
            )
        )


@pytest.fixture(scope="module")
def office(ward: WardProcess) -> Iterator[Office]:
    told = ward.description
    with httpx.Client(base_url=f"{told['api']}/api/v1", timeout=20) as client:
        token = client.post("/auth/login", data=told["admin"]).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield Office(ward=ward, http=client)


@dataclass(slots=True, kw_only=True)
class Handmade:
    """A device with a certificate of its own, moved by the test."""

    identity: Identity
    keys: Keys
    mqtt: wire.EnrolledMqtt
    tls: Any
    seq: int = 0

    def connect(self) -> Listener:
        """Through the devices' door; ConnectionRefusedError if it is closed."""
        listener = Listener(self.identity.device)
        listener.client.tls_set_context(self.tls)
        try:
            listener.connect(self.mqtt.host, self.mqtt.port)
        except ConnectionRefusedError:
            listener.close()
            raise
        return listener

    def enters(self) -> bool:
        try:
            self.connect().close()
        except ConnectionRefusedError:
            return False
        return True

    def vitals(self) -> bytes:
        self.seq += 1
        now_ms = time.time_ns() // 1_000_000
        message = wire.Vitals(
            device=self.identity.device,
            boot=1,
            seq=self.seq,
            samples=[sample(now_ms, random.Random(self.seq))],
        )
        return wire.make_signed(wire.encode(message), self.keys.secret)


def enrolled(office: Office) -> Handmade:
    person = {"name": "Ada Key", "birth_date": "1950-05-17", "sex": "female"}
    patient = office.post("/patients", person)["id"]
    token = office.post(f"/patients/{patient}/devices", {"kind": "wrist"})["enrolment_token"]
    keys, tls_key = make_keys(os.urandom), make_tls_key()
    request = enrolment_request(token, keys, csr=certificate_request(tls_key))
    told = office.post("/enrol", msgspec.to_builtins(request))
    answer = msgspec.convert(told, wire.EnrolmentAnswer)
    return Handmade(
        identity=identity_of(answer),
        keys=keys,
        mqtt=answer.mqtt,
        tls=client_context(tls_key, answer.mqtt),
    )


def test_a_revoked_device_is_refused_at_once_and_out_within_a_minute(office: Office) -> None:
    device = enrolled(office)
    name, topic = device.identity.device, device.identity.topic(wire.TopicKind.VITALS)
    line = device.connect()
    try:
        assert line.publish(topic, device.vitals())
        wait_until(lambda: office.ask(STORED, name) == [(1,)], 20)
        began = time.monotonic()
        office.post(f"/devices/{name}/revoke")
        office.speak(topic, device.vitals())
        wait_until(lambda: office.refused(name).get("revoked_key") == 1, 10)
        line.client.reconnect_delay_set(1, 2)
        wait_until(line.disconnected.is_set, ENDED_WITHIN_S)
        wait_until(lambda: not device.enters(), ENDED_WITHIN_S - (time.monotonic() - began))
        assert not line.client.is_connected()
    finally:
        line.close()
    assert office.ask(STORED, name) == [(1,)]


def test_a_renewed_certificate_serves_beside_the_old_one(office: Office) -> None:
    device = enrolled(office)
    key = make_tls_key()
    path = f"/devices/{device.identity.device}/certificate"
    renewed = office.post(path, {"csr": certificate_request(key)})
    pem = renewed["client_certificate_pem"]
    again = msgspec.structs.replace(device.mqtt, client_certificate_pem=pem)
    with_new = Handmade(
        identity=device.identity, keys=device.keys, mqtt=again, tls=client_context(key, again)
    )
    assert with_new.enters()
    assert device.enters()
    old = device.mqtt.client_certificate_pem
    assert old is not None
    first, second = (x509.load_pem_x509_certificate(one.encode()) for one in (old, pem))
    assert first.subject == second.subject
    assert first.serial_number != second.serial_number
    assert second.not_valid_after_utc >= first.not_valid_after_utc


STORED = """
SELECT count(*)::int FROM signed_frame f JOIN device d ON d.no = f.device_no WHERE d.id = %s
"""
