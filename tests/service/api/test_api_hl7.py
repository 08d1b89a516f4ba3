"""HL7 v2 over MLLP on a real database: what each message does, once, whatever is killed."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import hl7
import pytest

from api.hl7.listener import Listener
from api.hl7.receiving import Receiver
from api.hl7.retrying import retry_asked
from api.hl7.sending import ResultSender
from api.hl7.settings import Hl7Settings
from api.services import shared
from api.settings import ApiSettings
from deploy.secrets.certificates import issue_client, issue_server, make_authority
from deploy.services.ports import free_ports
from tests.service.api.conftest import Ward
from tests.service.api.writing import assess
from tests.support.mllp import Conversation, Receiving, adt, connected
from tests.support.servers import wait_until


class Feed:
    """The HL7 program as a process of its own, and its keys."""

    def __init__(self, ward: Ward, folder: Path, wards: tuple[str, ...] = ("main",)) -> None:
        self.ward = ward
        self.port = free_ports(1)[0]
        self.keys = folder / "hl7.keys"
        self.keys.write_text("\n".join(self._key(one) for one in wards))
        self.process: subprocess.Popen[bytes] | None = None
        self.settings: dict[str, Any] = {}

    def _key(self, ward: str) -> str:
        body = {"name": "ADT", "ward": ward, "scopes": ["api/patients.write"]}
        made = self.ward.post("admin", "/api-keys", body)
        assert made.status_code == 201, made.text
        key: str = made.json()["key"]
        return key

    def start(self) -> None:
        given = {f"HOMEWARD_{k.upper()}": str(v) for k, v in _set(self.ward.settings).items()}
        env = {k: v for k, v in os.environ.items() if not k.startswith("HOMEWARD_")} | given
        env |= {"HOMEWARD_HL7_PORT": str(self.port), "HOMEWARD_HL7_KEY_FILE": str(self.keys)}
        command = [sys.executable, "-m", "api.hl7"]
        self.process = subprocess.Popen(command, env=env)  # noqa: S603 - our own program
        wait_until(lambda: self.process is None or self._listens(), 30.0)

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the program has ended"
        try:
            with connected(self.port):
                return True
        except OSError:
            return False

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(20.0)
            self.process = None


def _set(settings: ApiSettings) -> dict[str, Any]:
    return {name: value for name, value in settings if name in settings.model_fields_set}


@contextmanager
def at_work(feed: Feed) -> Iterator[Feed]:
    """The same program in a thread of this process: nothing is imported anew."""
    services = shared(feed.ward.settings)
    settings = Hl7Settings(key_file=feed.keys, port=feed.port, **feed.settings)
    keys = feed.keys.read_text().split()
    receiver = Receiver(services=services, settings=settings, keys=keys)
    ready, ended = Event(), Event()

    async def serve() -> None:
        async with services.pool, Listener(settings, receiver.handle).listening():
            ready.set()
            await asyncio.to_thread(ended.wait)

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(20.0)
    try:
        yield feed
    finally:
        ended.set()
        thread.join(20.0)


@contextmanager
def running(feed: Feed) -> Iterator[Feed]:
    feed.start()
    try:
        yield feed
    finally:
        feed.kill()


@pytest.fixture
def feed(staffed: Ward, tmp_path: Path) -> Iterator[tuple[Ward, Conversation]]:
    with at_work(Feed(staffed, tmp_path)) as made, connected(made.port) as line:
        yield staffed, line


def found(ward: Ward, external_id: str) -> dict[str, Any]:
    page = ward.get("coordinator", "/patients", params={"external_id": external_id}).json()
    (one,) = page["items"]
    return dict(one)


def test_a_patient_is_admitted_changed_and_discharged(feed: tuple[Ward, Conversation]) -> None:
    ward, line = feed
    assert line.send(adt("A01", "1", "R-1", phone="555 1")) == "AA"
    ada = found(ward, "R-1")
    assert (ada["name"], ada["birth_date"], ada["sex"]) == ("Ada Byron", "1950-12-10", "female")
    assert (ada["state"], ada["ward"], ada["phone"]) == ("active", "main", "555 1")
    assert line.send(adt("A08", "2", "R-1", name="Lovelace^Ada^K")) == "AA"
    assert found(ward, "R-1")["name"] == "Ada K Lovelace"
    assert found(ward, "R-1")["phone"] == "555 1", "what a message leaves empty stays"
    assert line.send(adt("A03", "3", "R-1")) == "AA"
    assert found(ward, "R-1")["state"] == "discharged"
    assert line.send(adt("A01", "4", "R-1")) == "AA"
    assert found(ward, "R-1")["state"] == "active"
    stays = ward.sql("SELECT count(*) FROM encounter")
    assert stays == [(2,)]
    ((actor,),) = ward.sql(
        "SELECT u.display_name FROM audit a JOIN app_user u ON u.id::text = a.actor"
        " WHERE a.action = 'patient.create'"
    )
    assert actor == "ADT", "the audit names the machine"


def test_what_is_sent_again_is_acknowledged_and_changes_nothing(
    feed: tuple[Ward, Conversation],
) -> None:
    ward, line = feed
    admitted, left = adt("A01", "1", "R-1"), adt("A03", "2", "R-1")
    assert [line.send(one) for one in (admitted, left)] == ["AA", "AA"]
    before = ward.sql("SELECT no, rev, state FROM patient")
    assert line.send(admitted) == "AA"
    assert ward.sql("SELECT no, rev, state FROM patient") == before
    assert ward.sql("SELECT count(*) FROM hl7_taken") == [(2,)]


def test_refused_messages_are_kept_sealed_and_listed(feed: tuple[Ward, Conversation]) -> None:
    ward, line = feed
    unknown = adt("A08", "7", "R-404", name="Secretive^Sam")
    told = line.answer(unknown)
    assert "\rMSA|AE|7" in told
    assert "ERR|||207|E" in told
    assert line.send(unknown) == "AE"
    assert line.send(adt("A05", "8", "R-1")) == "AR"
    assert line.send(b"hello") == "AR"
    assert line.send(adt("A01", "9", "R-1", sex="X")) == "AE"
    assert line.send(adt("A01", "10", "R-1", born="19501399")) == "AE"
    assert line.send(adt("A01", "11", "R-1", place="ICU")) == "AE"
    page = ward.get("coordinator", "/hl7/refused", params={"limit": 4}).json()
    rest = ward.get("coordinator", "/hl7/refused", params={"cursor": page["next"]}).json()
    items = page["items"] + rest["items"]
    assert [one["control_id"] for one in items] == ["11", "10", "9", "", "8", "7"]
    assert [one["times"] for one in items] == [1, 1, 1, 1, 1, 2]
    whole = ward.get("coordinator", f"/hl7/refused/{items[-1]['id']}").json()
    assert "Secretive" in whole["text"]
    assert "Secretive" not in str(ward.sql("SELECT h::text FROM hl7_refused h"))
    assert ward.get("doctor", "/hl7/refused").status_code == 403
    ward.add("stranger", "coordinator", ward="lung")
    assert ward.get("stranger", "/hl7/refused").json()["items"] == []
    assert ward.get("stranger", f"/hl7/refused/{items[0]['id']}").status_code == 404
    assert line.send(adt("A01", "12", "R-404", name="Secretive^Sam")) == "AA"
    assert line.send(unknown) == "AA", "what could not be done then can be now"
    ids = [one["control_id"] for one in ward.get("coordinator", "/hl7/refused").json()["items"]]
    assert "7" not in ids


def test_a_patient_moves_between_wards_of_the_feed(staffed: Ward, tmp_path: Path) -> None:
    staffed.add("lung-coordinator", "coordinator", ward="lung")
    made = Feed(staffed, tmp_path, ("main", "lung"))
    made.settings = {"wards": "PULM-H=lung"}
    with at_work(made), connected(made.port) as line:
        assert line.send(adt("A01", "1", "R-1")) == "AA"
        patient = found(staffed, "R-1")["id"]
        team = {"clinicians": [staffed.ids["doctor"]]}
        staffed.put("coordinator", f"/patients/{patient}/care-team", team)
        assert line.send(adt("A02", "2", "R-1", place="PULM-H")) == "AA"
        assert staffed.get("coordinator", f"/patients/{patient}").status_code == 404
        moved = staffed.get("lung-coordinator", f"/patients/{patient}").json()
        assert (moved["ward"], moved["state"], moved["care_team"]) == ("lung", "active", [])
        assert staffed.get("doctor", f"/patients/{patient}").status_code == 404
        assert line.send(adt("A02", "3", "R-1", place="ICU")) == "AE"
        assert staffed.get("lung-coordinator", f"/patients/{patient}").status_code == 200


def test_two_records_of_one_person_are_merged(feed: tuple[Ward, Conversation]) -> None:
    ward, line = feed
    for number, patient in enumerate(("R-1", "R-2", "R-3")):
        assert line.send(adt("A01", f"a{number}", patient)) == "AA"
    live = found(ward, "R-1")["id"]
    merge = adt("A40", "m1", "R-2", prior="R-1")
    assert line.send(merge) == "AE", "both are in a stay: a person decides"
    assert line.send(adt("A03", "d", "R-2")) == "AA"
    assert line.send(merge) == "AA"
    kept = found(ward, "R-2")
    assert (kept["id"], kept["state"]) == (live, "active"), "who is watched stays watched"
    ((gone,),) = ward.sql("SELECT external_hash IS NOT NULL FROM patient WHERE merged_into > 0")
    assert gone
    assert line.send(adt("A08", "u", "R-1", name="Byron^Augusta")) == "AA"
    assert found(ward, "R-2")["name"] == "Augusta Byron", "the old identifier finds who stays"
    assert line.send(merge) == "AA"
    assert line.send(adt("A40", "m2", "R-9", prior="R-3")) == "AA"
    assert found(ward, "R-9")["state"] == "active", "one record is known: it bears the new number"


def test_a_revoked_key_is_answered_by_silence(staffed: Ward, tmp_path: Path) -> None:
    with at_work(Feed(staffed, tmp_path)) as made:
        with connected(made.port) as line:
            assert line.send(adt("A01", "1", "R-1")) == "AA"
        staffed.sql("UPDATE api_key SET revoked_at = now()")
        staffed.sql("UPDATE session_token SET revoked_at = now() WHERE kind = 'key'")
        with connected(made.port) as line, pytest.raises(ConnectionError):
            line.send(adt("A03", "2", "R-1"))
        assert found(staffed, "R-1")["state"] == "active"


def test_both_sides_of_tls_prove_who_they_are(staffed: Ward, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    authority = make_authority("hospital", now)
    for name, one in (
        ("ca", authority),
        ("ward", issue_server(authority, now)),
        ("adt", issue_client(authority, "adt", now)),
    ):
        (tmp_path / f"{name}.crt").write_bytes(one.certificate_pem())
        (tmp_path / f"{name}.key").write_bytes(one.key_pem())
    made = Feed(staffed, tmp_path)
    made.settings = {
        "cert_file": tmp_path / "ward.crt",
        "private_key_file": tmp_path / "ward.key",
        "ca_file": tmp_path / "ca.crt",
    }
    plain = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
    known = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
    known.load_cert_chain(tmp_path / "adt.crt", tmp_path / "adt.key")
    with at_work(made):
        with connected(made.port, known) as line:
            assert line.send(adt("A01", "1", "R-1")) == "AA"
        with pytest.raises(OSError), connected(made.port, plain) as line:  # noqa: PT011
            line.send(adt("A03", "2", "R-1"))
        with pytest.raises(OSError), connected(made.port) as line:  # noqa: PT011
            line.send(adt("A03", "3", "R-1"))
    assert found(staffed, "R-1")["state"] == "active"


def test_results_go_out_until_they_are_acknowledged(staffed: Ward, tmp_path: Path) -> None:
    patient = staffed.take_in(external_id="R-1")
    staffed.take_in(name="Without Number")
    assess(staffed, patient, low=3, risk=0.1)
    made, got = Feed(staffed, tmp_path), Receiving(["AE", "AA"])
    settings = {"out_host": "127.0.0.1", "out_port": got.port, "out_tls": False}

    async def send(times: int) -> list[int]:
        services = shared(staffed.settings)
        said = Hl7Settings(key_file=made.keys, **settings)
        keys = made.keys.read_text().split()
        sender = ResultSender(receiver=Receiver(services=services, settings=said, keys=keys))
        async with services.pool:
            return [await sender.send_news() for _ in range(times)]

    with got:
        assert asyncio.run(send(2)) == [0, 0], "what was refused is listed, and not sent for ever"
        assess_again = "UPDATE patient_now SET received = received + interval '1 min'"
        staffed.sql(assess_again)
        assert asyncio.run(send(2)) == [1, 0]
    first, second = (hl7.parse(one) for one in got.messages)
    assert "8867-4" in str(first.segment("OBX")[3])
    assert str(first.segment("PID")[3]).startswith("R-1^")
    assert str(first.segment("MSH")[10]) != str(second.segment("MSH")[10])
    (listed,) = staffed.get("coordinator", "/hl7/refused").json()["items"]
    assert (listed["direction"], listed["event"], listed["patient"]) == ("out", "ORU^R01", patient)
    got.messages.clear()
    staffed.sql(assess_again)
    with pytest.raises(OSError):  # noqa: PT011
        asyncio.run(send(1))


def test_who_is_erased_is_in_no_message_and_no_merged_record(
    feed: tuple[Ward, Conversation],
) -> None:
    ward, line = feed
    assert line.send(adt("A08", "0", "R-1", name="Secretive^Sam")) == "AE"
    assert line.send(adt("A01", "1", "R-1", name="Secretive^Sam")) == "AA"
    assert line.send(adt("A02", "2", "R-1", name="Secretive^Sam", place="ICU")) == "AE"
    assert line.send(adt("A01", "3", "R-2", name="Secretive^Sam")) == "AA"
    assert line.send(adt("A03", "4", "R-2")) == "AA"
    assert line.send(adt("A40", "5", "R-1", prior="R-2")) == "AA"
    patient = found(ward, "R-1")["id"]
    other = found(ward, "R-2")
    assert other["merged_into"] == patient
    told = ward.client.get(
        f"/fhir/r4/Patient/{other['id']}",
        headers={"Authorization": f"Bearer {ward.tokens['coordinator']}"},
    ).json()
    assert told["link"] == [{"other": {"reference": f"Patient/{patient}"}, "type": "replaced-by"}]
    path = f"/patients/{other['id']}/erase"
    assert ward.post("admin", path).status_code == 409, "the record that is used on is in a stay"
    assert line.send(adt("A03", "6", "R-1")) == "AA"
    assert ward.post("admin", path).status_code == 204
    assert ward.sql("SELECT count(*) FROM hl7_refused") == [(0,)]
    assert ward.sql("SELECT count(*) FROM patient_key") == [(0,)]
    assert ward.get("admin", f"/patients/{patient}").status_code == 404


def drive(feed: Feed, messages: list[bytes], kill_after: int) -> int:
    """Send all, one after another, again what was not acknowledged; kill once. Return restarts."""
    restarts, place, line = 0, 0, None
    while place < len(messages):
        try:
            with connected(feed.port) as line:
                while place < len(messages):
                    if place == kill_after and restarts == 0:
                        assert feed.process is not None
                        feed.process.send_signal(signal.SIGKILL)
                    assert line.send(messages[place]) == "AA", messages[place]
                    place += 1
        except OSError:
            feed.kill()
            feed.start()
            restarts += 1
    return restarts


def feed_is_whole(staffed: Ward, folder: Path, people: int, kill_after: int) -> None:
    """Everybody comes, is renamed and half of them go; the program is killed in the middle."""
    messages = [adt("A01", f"i{one}", f"R-{one}") for one in range(people)]
    messages += [adt("A08", f"u{one}", f"R-{one}", name=f"N{one}^A") for one in range(people)]
    messages += [adt("A03", f"o{one}", f"R-{one}") for one in range(0, people, 2)]
    with running(Feed(staffed, folder)) as feed:
        assert drive(feed, messages, kill_after) == 1
    assert staffed.sql("SELECT count(*) FROM hl7_taken") == [(len(messages),)]
    assert staffed.sql("SELECT count(*) FROM hl7_refused") == [(0,)]
    assert staffed.sql("SELECT count(*), count(DISTINCT external_hash) FROM patient") == [
        (people, people)
    ]
    assert staffed.sql("SELECT count(*) FROM encounter") == [(people,)]
    gone = staffed.sql("SELECT count(*) FROM patient WHERE state = 'discharged'")
    assert gone == [((people + 1) // 2,)]
    actions = dict(staffed.sql("SELECT action, count(*) FROM audit GROUP BY 1"))
    assert actions["patient.create"] == people
    assert actions["patient.change"] == people + (people + 1) // 2
    assert actions["hl7.take"] == len(messages)
    assert found(staffed, "R-3")["name"] == "A N3"


def test_a_kill_in_the_middle_of_a_feed_loses_and_doubles_nothing(
    staffed: Ward, tmp_path: Path
) -> None:
    feed_is_whole(staffed, tmp_path, people=40, kill_after=47)


@pytest.mark.soak
def test_a_thousand_messages_with_a_kill(staffed: Ward, tmp_path: Path) -> None:
    feed_is_whole(staffed, tmp_path, people=400, kill_after=500)


def tried_again(ward: Ward, folder: Path) -> int:
    """Let the HL7 program look once for what coordinators had tried again."""
    made = Feed(ward, folder)
    keys = made.keys.read_text().split()
    settings = Hl7Settings(key_file=made.keys, port=made.port)

    async def look() -> int:
        services = shared(ward.settings)
        async with services.pool:
            return await retry_asked(Receiver(services=services, settings=settings, keys=keys))

    return asyncio.run(look())


def test_a_coordinator_has_a_refused_message_tried_again_once_the_cause_is_gone(
    feed: tuple[Ward, Conversation], tmp_path: Path
) -> None:
    ward, line = feed
    assert line.send(adt("A03", "1", "R-9")) == "AE"
    (listed,) = ward.get("coordinator", "/hl7/refused").json()["items"]
    path = f"/hl7/refused/{listed['id']}/retry"
    assert ward.post("doctor", path).status_code == 403
    assert tried_again(ward, tmp_path) == 0, "nobody has asked"
    asked = ward.post("coordinator", path)
    assert (asked.status_code, asked.json()["retry_asked_at"] is None) == (202, False)
    assert ward.post("coordinator", path).json() == asked.json(), "a repeat changes nothing"
    assert tried_again(ward, tmp_path) == 1
    (again,) = ward.get("coordinator", "/hl7/refused").json()["items"]
    assert (again["times"], again["retry_asked_at"]) == (2, None), "the cause still stands"
    ward.take_in(external_id="R-9")
    ward.post("coordinator", path)
    assert tried_again(ward, tmp_path) == 1
    assert ward.get("coordinator", "/hl7/refused").json()["items"] == []
    assert found(ward, "R-9")["state"] == "discharged"
    assert line.send(adt("A03", "1", "R-9")) == "AA", "and it counts once"


def test_a_message_that_nobody_needs_is_dismissed(feed: tuple[Ward, Conversation]) -> None:
    ward, line = feed
    assert line.send(adt("A03", "1", "R-9")) == "AE"
    (listed,) = ward.get("coordinator", "/hl7/refused").json()["items"]
    ward.add("stranger", "coordinator", ward="b")
    path = f"/hl7/refused/{listed['id']}/dismiss"
    assert ward.post("stranger", path).status_code == 404
    assert ward.post("coordinator", path).status_code == 204
    assert ward.post("coordinator", path).status_code == 404
    assert ward.get("coordinator", "/hl7/refused").json()["items"] == []
    noted = ward.sql("SELECT count(*) FROM audit WHERE action = 'hl7.dismiss'")
    assert noted == [(1,)]
