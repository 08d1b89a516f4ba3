"""A person is erased everywhere: each word that was entered of them is sought in all that is kept.

The fields are those that the API itself describes, so that a new one is found by this test: it must
be entered below, or be said to be about nobody's record.
"""

import asyncio
import base64
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import paho.mqtt.client as mqtt
import psycopg
import pytest
from nacl.signing import SigningKey
from paho.mqtt.enums import CallbackAPIVersion

from api.export.program import ExportOptions
from api.export.program import run as run_export
from api.fhir.find.registry import TYPES
from api.vault.envelope import Vault
from deploy.services.binaries import Binaries
from tests.support.servers import wait_until
from tests.support.wards import WardProcess, running
from tests.support.words import (
    ANY_METRIC,
    FieldPath,
    dumped,
    files_of,
    text_fields,
    where,
    with_text,
    word,
)

PASSWORD = "seven-violet-lanterns-drift"  # noqa: S105 - of accounts that live for one test
ABOUT_NOBODY = {
    "POST /emergency-access",  # clinicians' alone: its own test looks for the reason
    "POST /auth/login",
    "POST /auth/invitations/look",
    "POST /auth/forgotten",  # a name that is looked for, and kept nowhere
    "POST /auth/invitations/accept",  # a name, kept where POST /users keeps it
    "POST /doctors",
    "PATCH /doctors/{doctor_id}",
    "POST /shifts/{shift_id}/absence",
    "POST /resources",
    "PATCH /resources/{resource_id}",
    "POST /allocation/what-if",
    "POST /allocation/scenarios",
    "POST /staffing/plan",
    "POST /patients/{patient_id}/disease-risk",
    "POST /patients/{patient_id}/limits/what-if",
    "PUT /wards/{ward}/settings",
    "POST /enrol",
    "POST /devices/{device_id}/certificate",
    "POST /me/password",
    "POST /me/channels",
    "PUT /me/channels",
    "PUT /me/panel",
    "POST /notices/delivered",
    "POST /webhooks",
    "POST /api-keys",
    "POST /consultations/{consultation_id}/signals",  # browsers' own; deleted with the call
    "POST /cases/{case_id}/signals",
    "POST /me/totp",
    "POST /me/passkeys",
    "POST /auth/passkey",
    "POST /me/totp/verify",
    "POST /me/totp/remove",
}
"""Routes whose text is a secret, a key, about the ward and its staff, or kept nowhere."""
NO_WORDS = {"password", "ward", "time_zone", "metric", "profile", "version", "language"}
"""Fields that take secrets or names of a closed list."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def ward(binaries: Binaries) -> Iterator[WardProcess]:
    assert binaries
    folder = Path(tempfile.mkdtemp(prefix="homeward-erasure-"))
    folder.chmod(0o711)
    with running(folder / "ward") as up:
        yield up
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Device:
    """A device at the simulators' door, which signs whatever it is given."""

    client: mqtt.Client
    id: str
    topics: dict[str, str]
    key: SigningKey
    seq: int = 0

    def say(self, kind: str, message: dict[str, Any]) -> None:
        self.seq += 1
        body = {"device": self.id, "boot": 1, "seq": self.seq, **message}
        self.send(kind, b"\x01" + bytes(self.key.sign(json.dumps(body).encode())))

    def send(self, kind: str, payload: bytes) -> None:
        self.client.publish(self.topics[kind], payload, qos=1).wait_for_publish(10)


@dataclass(slots=True)
class Story:
    """What is entered, and of whom."""

    up: WardProcess
    http: httpx2.Client
    client: mqtt.Client
    entered: dict[str, str] = field(default_factory=dict)
    patients: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    doctor: dict[str, str] = field(default_factory=dict)
    adviser: dict[str, str] = field(default_factory=dict)

    def say(self, what: str) -> str:
        self.entered[what] = made = word()
        return made

    def post(
        self, path: str, body: object = None, *, fine: tuple[int, ...] = (200, 201)
    ) -> dict[str, Any]:
        answer = self.http.post(path, json=body if body is not None else {})
        assert answer.status_code in fine, f"{path}: {answer.text}"
        made: dict[str, Any] = answer.json()
        return made

    def enter(self, route: str, at: FieldPath) -> None:
        """Enter a word in one field of one route."""
        text = self.say(f"{route} {'.'.join(at)}")
        method, path = route.split(" ")
        for name, value in (
            ("{patient_id}", self.patients[0] if self.patients else ""),
            ("{user_id}", self.users[0] if self.users else ""),
        ):
            path = path.replace(name, value)
        made: dict[str, Callable[[], str]] = {
            "{device_id}": lambda: self.device().id,
            "{alert_id}": self.alert,
            "{observation_id}": self.reading,
            "{study_uid}": self.study,
        }
        for name, make in made.items():
            path = path.replace(name, make()) if name in path else path
        body = body_for(route, at)
        if route == "POST /patients/{patient_id}/consultations":
            body |= self.slot()
        if route == "POST /handovers":
            body |= {"to": self.colleague(), "patients": [{"patient": self.patients[0]}]}
        headers = self.as_patient() if route.startswith("POST /me/") else None
        if "{consultation_id}" in path:
            path = path.replace("{consultation_id}", self.consultation())
            headers = self.doctor
        if route == "POST /patients/{patient_id}/cases":
            body |= {"question": "why?", "experts": [self.expert()]}
        if "{case_id}" in path:
            path = path.replace("{case_id}", self.case())
            headers = self.adviser
        filled = with_text(body, at, text)
        answer = self.http.request(method, path, json=filled, headers=headers)
        assert answer.status_code in {200, 201, 409}, f"{route} {at}: {answer.text}"
        self._known(route, answer.json())

    def _known(self, route: str, made: dict[str, Any]) -> None:
        if route == "POST /patients":
            self.patients.append(made["id"])
        if route in {"POST /users", "POST /auth/register"}:
            self.users.append(made["id"])

    def colleague(self) -> str:
        body = {"username": word(), "password": PASSWORD, "role": "nurse"}
        return str(self.post("/users", body)["id"])

    def as_patient(self) -> dict[str, str]:
        """Headers of somebody who signs in with the patient's own account."""
        account = {"username": word(), "password": PASSWORD}
        made = self.post("/users", {**account, "role": "patient"})
        linked = {"user_id": made["id"]}
        self.http.put(f"/patients/{self.patients[0]}/account", json=linked).raise_for_status()
        token = self.http.post("/auth/login", data=account).json()["access_token"]
        return {"Authorization": f"Bearer {token}"}

    def expert(self) -> str:
        """The account of a doctor whom a case is opened to; ``adviser`` signs in as the last."""
        account = {"username": word(), "password": PASSWORD}
        made = self.post("/users", {**account, "role": "doctor"})
        token = self.http.post("/auth/login", data=account).json()["access_token"]
        self.adviser = {"Authorization": f"Bearer {token}"}
        return str(made["id"])

    def case(self) -> str:
        """A case that is open to the adviser; its id."""
        asked = {"question": "why?", "experts": [self.expert()]}
        return str(self.post(f"/patients/{self.patients[0]}/cases", asked)["id"])

    def consultation(self) -> str:
        """A consultation that is booked with the doctor; its id."""
        made = self.post(f"/patients/{self.patients[0]}/consultations", self.slot())
        return str(made["id"])

    def slot(self) -> dict[str, Any]:
        """The next free slot of a doctor, who is put on the rota when first asked for."""
        if not self.doctor:
            account = {"username": word(), "password": PASSWORD}
            user = self.post("/users", {**account, "role": "doctor"})
            doctor = self.post("/doctors", {"name": "Dr A", "user_id": user["id"]})
            now = datetime.now(UTC)
            shift = {"start": now.isoformat(), "end": (now + timedelta(hours=9)).isoformat()}
            self.post("/shifts", {"doctor_id": doctor["id"], **shift})
            token = self.http.post("/auth/login", data=account).json()["access_token"]
            self.doctor = {"Authorization": f"Bearer {token}"}
        path = f"/patients/{self.patients[0]}/consultation-slots"
        first = self.http.get(path).json()["items"][0]
        return {"doctor": first["doctor"], "start": first["start"]}

    def device(self) -> Device:
        registered = self.post(f"/patients/{self.patients[0]}/devices", {"kind": "watch"})
        key = SigningKey.generate()
        token = registered["enrolment_token"]
        public = base64.b64encode(bytes(key.verify_key)).decode()
        said = f"homeward-enrol/1\n{token}\n{public}\n\n".encode()
        proof = base64.b64encode(key.sign(said).signature).decode()
        form = {"token": token, "public_key": public, "proof": proof}
        made = self.post("/enrol", form)
        return Device(self.client, made["device"], made["topics"], key)

    def reading(self) -> str:
        """The id of a reading that a person entered."""
        path = f"/patients/{self.patients[0]}/observations"
        at = datetime.now(UTC).isoformat()
        self.post(path, {"samples": [{"t": at, "rr": 16}]})

        def entered() -> list[str]:
            items = self.http.get(path, params={"metric": "rr"}).json()["items"]
            return [str(one["id"]) for one in items]

        wait_until(lambda: bool(entered()), 30.0)
        return entered()[0]

    def study(self) -> str:
        """The name of a study of the patient's, in a ward that has no archive."""
        with psycopg.connect(self.up.description["database_url"], autocommit=True) as conn:
            conn.execute(
                "INSERT INTO imaging_study (uid, patient_no, modalities, series, instances, bytes,"
                " added_at, added_by) SELECT '1.2.3', p.no, '{CT}', 1, 1, 1, now(), u.id"
                " FROM patient p, app_user u WHERE p.id = %s AND u.role = 'admin' LIMIT 1",
                (self.patients[0],),
            )
        return "1.2.3"

    def alert(self) -> str:
        found = self.http.get("/alerts", params={"patient": self.patients[0]}).json()["items"]
        return str(next(one["id"] for one in found if one["kind"] == "clinical"))


def body_for(route: str, at: FieldPath) -> dict[str, Any]:
    """A body in which the field has a meaning: a reason is of a limit."""
    body: dict[str, Any] = BODIES[route]()
    if "/patients" in route and at[0] in {"limits", "reason"}:
        body["limits"] = {ANY_METRIC: {"low": 88}}
    return body


BODIES: dict[str, Any] = {
    "POST /patients": lambda: {"name": "A", "birth_date": "1950-01-01", "sex": "female"},
    "PATCH /patients/{patient_id}": dict,
    "POST /patients/{patient_id}/notes": dict,
    "POST /patients/{patient_id}/imaging/studies/{study_uid}/reports": dict,
    "POST /patients/{patient_id}/devices": lambda: {"kind": "watch"},
    "POST /devices/{device_id}/commands": lambda: {"command": "message", "args": {}},
    "POST /users": lambda: {"username": word(), "password": PASSWORD, "role": "patient"},
    "PATCH /users/{user_id}": dict,
    "POST /auth/register": lambda: {"username": word(), "password": PASSWORD},
    "POST /observations/{observation_id}/entered-in-error": dict,
    "POST /handovers": dict,
    "POST /patients/{patient_id}/messages": dict,
    "POST /patients/{patient_id}/advice": dict,
    "POST /me/call-requests": dict,
    "POST /patients/{patient_id}/consultations": dict,
    "PUT /consultations/{consultation_id}/record": dict,
    "POST /consultations/{consultation_id}/sign": lambda: {"summary": "better"},
    "POST /patients/{patient_id}/cases": dict,
    "POST /cases/{case_id}/entries": dict,
    "POST /cases/{case_id}/sign": dict,
    "POST /alerts/{alert_id}/acknowledge": dict,
    "POST /alerts/{alert_id}/escalate": dict,
    "POST /alerts/{alert_id}/resolve": dict,
    "POST /patients/{patient_id}/plans": lambda: {
        "title": "A plan",
        "review_on": "2090-01-01",
        "goals": ["to be well"],
        "education": ["drink"],
        "medicines": [{"text": "a pill", "times": ["08:00"]}],
        "tasks": [{"kind": "walk", "words": "a walk", "times": ["08:00"]}],
    },
    "POST /me/reports": lambda: {
        "answers": {"breath": "no", "chest": "no", "mind": "no", "fever": "no", "drink": "no"}
    },
}
"""Each route by which somebody writes about a person, with the rest of a valid body, in order."""


@pytest.fixture
def story(ward: WardProcess) -> Iterator[Story]:
    found = ward.description
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    fleet = found["mqtt"]["fleet"]
    client.username_pw_set(fleet["username"], fleet["password"])
    client.connect(fleet["host"], fleet["port"])
    client.loop_start()
    with httpx2.Client(base_url=f"{found['api']}/api/v1", timeout=30) as http:
        token = http.post("/auth/login", data=found["admin"]).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield Story(ward, http, client)
    client.disconnect()
    client.loop_stop()


def fields_about_people(story: Story) -> list[tuple[str, FieldPath]]:
    spec = httpx2.get(f"{story.up.description['api']}/openapi.json").json()
    found = [
        (route, at)
        for route, at in text_fields(spec)
        if route not in ABOUT_NOBODY and at[-1] not in NO_WORDS
    ]
    order = list(BODIES)
    unknown = sorted({route for route, _ in found} - set(order))
    assert not unknown, f"who is erased from these? {unknown}"
    return sorted(found, key=lambda one: (order.index(one[0]), one[1]))


def sick(story: Story, device: Device) -> None:
    """Let the device say words beside bad readings, until somebody is called."""
    now = now_ms()
    device.say("vitals", {"type": "clock/1", "now": now, "spooled": 0})
    for beat in range(6):
        t = now_ms()
        sample = {"t": t, "hr": 196 + beat % 2, "spo2": 97, "remark": story.say(f"sample {beat}")}
        device.say(
            "vitals", {"type": "vitals/1", "samples": [sample], "note": story.say(f"{beat}")}
        )
    device.say("vitals", {"type": story.say("unknown type")})
    device.say(
        "receipts",
        {"type": "receipt/1", "command_id": story.say("receipt"), "state": "seen", "at": now},
    )
    device.send("vitals", story.say("unsigned").encode())
    online = json.dumps({"online": True, "who": story.say("kept by the broker")})
    device.client.publish(device.topics["status"], online, qos=1, retain=True).wait_for_publish(10)
    wait_until(lambda: _clinical(story), 60.0)


def _clinical(story: Story) -> bool:
    asked = {"patient": story.patients[0], "kind": "clinical"}
    return bool(story.http.get("/alerts", params=asked).json()["items"])


@pytest.mark.timeout(300)
def test_no_word_about_an_erased_person_stays_anywhere(story: Story) -> None:
    fields = fields_about_people(story)
    database = story.up.description["database_url"]
    for route, at in fields:
        if route.startswith("POST /alerts") and not _clinical(story):
            device = story.device()
            sick(story, device)
        story.enter(route, at)
    for user in story.users:
        story.http.put(f"/patients/{story.patients[0]}/account", json={"user_id": user})
    story.http.get("/patients", params={"external_id": story.say("query external_id")})
    story.http.get(f"/patients/{story.say('path')}")
    story.http.get("/alerts", params={"cursor": story.say("query cursor")})
    before = where(story.entered, dumped(database))
    assert any("in signed_frame" in one for one in before)
    assert any("in quarantine" in one for one in before)
    assert not any("comment" in one or "kind" in one or "serial" in one for one in before)
    assert where(story.entered, taken_out(story)), "the export finds what is there"
    assert where(story.entered, told_as_fhir(story)), "so does FHIR"
    shown = story.http.get(f"/alerts/{story.alert()}")
    comments = [text for what, text in story.entered.items() if what.endswith("comment")]
    assert any(text in shown.text for text in comments)
    alert = story.alert()
    unused = story.post(f"/patients/{story.patients[0]}/devices", {"kind": "watch"})
    for patient in story.patients:
        story.http.patch(f"/patients/{patient}", json={"state": "discharged"})
        assert story.http.post(f"/patients/{patient}/erase").status_code == 204
        assert story.http.get(f"/patients/{patient}").status_code == 404
    assert story.http.get(f"/alerts/{alert}").status_code == 404
    assert story.http.get(f"/alerts/{alert}/evidence").status_code == 404
    assert story.http.post(f"/alerts/{alert}/resolve", json={}).status_code == 404
    assert story.http.get(f"/devices/{device.id}/commands").status_code == 404
    late = {"token": unused["enrolment_token"], "public_key": "x", "proof": "x"}
    assert story.http.post("/enrol", json=late).status_code == 401
    sample = {"t": now_ms(), "hr": 70, "note": story.say("after the erasure")}
    device.say("vitals", {"type": "vitals/1", "samples": [sample]})
    wait_until(lambda: _refused(database) > 0, 20.0)
    assert where(story.entered, dumped(database)) == []
    assert where(story.entered, taken_out(story)) == []
    assert where(story.entered, told_as_fhir(story)) == []
    assert story.http.get("/audit").json()["verification"]["ok"]
    wait_until(lambda: b"ended a revoked device" in _logs(story), 20.0)
    story.up.stop()
    assert where(story.entered, files_of(story.up.folder)) == []
    assert where(story.entered, {"log": story.up.log.read_bytes()}) == []


def taken_out(story: Story) -> dict[str, bytes]:
    """What ``homeward export`` writes, with names."""
    vault = Vault(story.up.folder / "secrets" / "master.key")
    with tempfile.TemporaryDirectory() as folder:
        options = ExportOptions(out=Path(folder) / "out", vault=vault)
        asyncio.run(run_export(story.up.description["database_url"], options, datetime.now(UTC)))
        return {f"export {file.name}": file.read_bytes() for file in options.out.iterdir()}


def told_as_fhir(story: Story) -> dict[str, bytes]:
    """What FHIR answers an administrator of these patients, whatever the type."""
    site = f"{story.up.description['api']}/fhir/r4"
    found = {}
    for kind, of_type in TYPES.items():
        for patient in story.patients:
            asked = {"patient": patient} if "patient" in of_type.parameters else {}
            asked |= {"_id": patient} if kind == "Patient" else {}
            answer = story.http.get(f"{site}/{kind}", params=asked)
            found[f"FHIR {kind} of {patient}"] = answer.content
    return found


def _logs(story: Story) -> bytes:
    logs = [text for name, text in files_of(story.up.folder).items() if name.endswith(".log")]
    return b"".join([story.up.log.read_bytes(), *logs])


def _refused(database: str) -> int:
    return dumped(database)["refusal_count"].count(b"revoked_key")
