"""Keys and certificates in a whole ward: revoked, rotated, renewed, while patients are measured."""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import psycopg
import pytest
from cryptography import x509
from nacl.signing import SigningKey

from deploy.bench.fleet import sample
from deploy.services.binaries import Binaries
from device_sim.__main__ import simulate
from device_sim.device.identity import (
    DeviceSecrets,
    Identity,
    enrolment_request,
    identity_of,
    make_keys,
)
from device_sim.options import SimulateOptions, Target
from device_sim.ward.tls import certificate_request, client_context, make_tls_key
from gateway import wire
from tests.support.mqtt_clients import Listener
from tests.support.servers import wait_until
from tests.support.wards import WardProcess, running

ENDED_WITHIN_S = 60.0
SIGNS = "SELECT 1 FROM gateway_key WHERE sign_public = %s AND retired_at IS NULL"
DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
STORED = """
SELECT count(*)::int FROM signed_frame f JOIN device d ON d.no = f.device_no WHERE d.id = %s
"""


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
    http: httpx2.Client

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
    with httpx2.Client(base_url=f"{told['api']}/api/v1", timeout=20) as client:
        token = client.post("/auth/login", data=told["admin"]).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield Office(ward=ward, http=client)


@dataclass(slots=True, kw_only=True)
class Handmade:
    """A device with a certificate of its own, moved by the test."""

    identity: Identity
    keys: DeviceSecrets
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
    token = office.post(f"/patients/{patient}/devices", {"kind": "handmade"})["enrolment_token"]
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
        rest_s = ENDED_WITHIN_S - (time.monotonic() - began)
        # Put out before the broker has read the new list, it may come back, and is put out again.
        wait_until(lambda: not device.enters() and not line.client.is_connected(), rest_s)
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


def handmade(office: Office) -> list[str]:
    """Every device that a test made; its kind is sealed in the database."""
    items = office.http.get("/devices", params={"limit": 1000}).json()["items"]
    return [one["device"] for one in items if one["kind"] == "handmade"]


def simulated(office: Office) -> str:
    """One of the simulated patients' devices, once it is heard."""
    query = (
        "SELECT d.id FROM device d JOIN signed_frame f ON f.device_no = d.no"
        " WHERE d.id <> ALL (%s) ORDER BY d.no LIMIT 1"
    )
    wait_until(lambda: bool(office.ask(query, handmade(office))), 40)
    return str(office.ask(query, handmade(office))[0][0])


def test_a_device_changes_its_key_on_command(office: Office) -> None:
    device = simulated(office)
    keys = (
        "SELECT k.id, k.superseded_at IS NULL FROM device_key k JOIN device d"
        " ON d.no = k.device_no WHERE d.id = %s ORDER BY k.id"
    )
    asked = office.post(f"/devices/{device}/commands", {"command": "rotate_key"})["id"]
    state = "SELECT state, args FROM command WHERE id = %s"
    wait_until(lambda: office.ask(state, asked) == [("done", {})], 40)
    wait_until(lambda: [fresh for _, fresh in office.ask(keys, device)] == [False, True], 40)
    newest = office.ask(keys, device)[1][0]
    under = "SELECT count(*) FROM signed_frame WHERE key_id = %s"
    wait_until(lambda: int(office.ask(under, newest)[0][0]) > 0, 40)
    assert "revoked_key" not in office.refused(device)


@contextmanager
def at_home(office: Office, folder: Path) -> Iterator[str]:
    """A reference device behind the devices' door, with a certificate of its own; its id."""
    told, ended = office.ward.description, threading.Event()
    target = Target(api=told["api"], **told["admin"])
    options = SimulateOptions(target=target, patients=1, interval_s=1.0, events=0, out=folder)
    known = "SELECT coalesce(max(no), 0) FROM device"
    before = office.ask(known)[0][0]
    run = threading.Thread(target=simulate, args=(options,), kwargs={"stopped": ended.is_set})
    run.start()
    try:
        heard = (
            "SELECT d.id FROM device d JOIN signed_frame f ON f.device_no = d.no"
            " WHERE d.no > %s LIMIT 1"
        )
        wait_until(lambda: bool(office.ask(heard, before)), 60)
        yield str(office.ask(heard, before)[0][0])
    finally:
        ended.set()
        run.join(120)
    assert not run.is_alive()


def test_a_device_renews_its_certificate_when_it_changes_its_key(
    office: Office, tmp_path: Path
) -> None:
    certificates = (
        "SELECT count(*) FROM device_certificate c JOIN device d ON d.no = c.device_no"
        " WHERE d.id = %s AND c.revoked_at IS NULL"
    )
    newest = (
        "SELECT count(*) FROM signed_frame WHERE key_id = (SELECT max(k.id) FROM device_key k"
        " JOIN device d ON d.no = k.device_no WHERE d.id = %s)"
    )
    with at_home(office, tmp_path) as device:
        assert office.ask(certificates, device) == [(1,)]
        asked = office.post(f"/devices/{device}/commands", {"command": "rotate_key"})["id"]
        state = "SELECT state FROM command WHERE id = %s"
        wait_until(lambda: office.ask(state, asked) == [("done",)], 60)
        assert office.ask(certificates, device) == [(2,)]
        wait_until(lambda: int(office.ask(newest, device)[0][0]) > 2, 60)
    office.post(f"/devices/{device}/revoke")  # it is gone: no later rotation need wait for it


def run_documented(name: str, office: Office) -> str:
    """Run a block of docs/operations.md as it stands; what it printed."""
    found = re.search(rf"<!-- tested: {name} -->\n```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None, name
    told = office.ward.description
    done = subprocess.run(  # noqa: S603 - the document's own commands
        ["/bin/bash", "-euo", "pipefail", "-c", found[1]],
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATABASE_URL": told["database_url"],
            "SECRETS": str(office.ward.folder / "secrets"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_gateway_changes_its_key_while_devices_are_heard(office: Office) -> None:
    revoke = "UPDATE device SET state = 'revoked' WHERE id = ANY (%s) RETURNING 1"
    office.ask(revoke, handmade(office))
    file = office.ward.folder / "secrets" / "gateway-sign.key"
    old = file.read_bytes()
    said = run_documented("rotate-gateway-key", office)
    assert "the old key signs" in said

    def over() -> bool:
        return "the old key is retired" in run_documented("rotate-gateway-key", office)

    wait_until(over, 60, 2.0)
    assert old not in file.read_bytes()
    device = simulated(office)
    wait_until(lambda: office.ask(SIGNS, SigningKey(file.read_bytes()[32:]).verify_key.encode()))
    time.sleep(6)
    clock = office.post(f"/devices/{device}/commands", {"command": "clock"})["id"]
    state = "SELECT state FROM command WHERE id = %s"
    wait_until(lambda: office.ask(state, clock) == [("done",)], 40)


def test_the_master_key_changes_while_people_read_names(office: Office) -> None:
    patient = office.http.get("/patients").json()["items"][0]["id"]
    before = office.http.get(f"/patients/{patient}").json()["name"]
    assert "keys wrapped anew: " in run_documented("rotate-master", office)
    assert office.ask("SELECT DISTINCT master_version FROM patient_key") == [(2,)]
    assert office.http.get(f"/patients/{patient}").json()["name"] == before
    assert (office.ward.folder / "secrets" / "master.key").stat().st_size == 64
