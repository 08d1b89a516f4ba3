"""A patient and a doctor meet in two browsers: booked, waited for, met, written, signed."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_pages_axe import sound
from tests.support.browsers import LAUNCH, OFTEN, PHONE, Desk, becomes, no_wider_than
from tests.support.relays import PrivateRelay, relay
from tests.support.seeded_ward import SeededWard

FAKE = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
]
SEEN = "() => document.getElementById('theirs').videoWidth"
NOWHERE = """const Real = RTCPeerConnection;
    RTCPeerConnection = class extends Real {
        constructor() { super({ iceServers: [], iceTransportPolicy: "relay" }); } };"""
"""Browsers that may meet through a relay alone, and have none."""
BY_RELAY = """const Real = RTCPeerConnection;
    window.lines = [];
    RTCPeerConnection = class extends Real {
        constructor(told) { super({ ...told, iceTransportPolicy: "relay" }); lines.push(this); }
    };"""
"""Browsers that may meet through a relay alone, as the ward tells them of it."""
WAYS = """async () => {
    const line = window.lines.at(-1);
    const found = [...(await line.getStats()).values()];
    const named = Object.fromEntries(found.map((one) => [one.id, one]));
    return found.filter((one) => one.type === "candidate-pair" && one.nominated
            && one.state === "succeeded")
        .map((one) => [named[one.localCandidateId], named[one.remoteCandidateId]]
            .map((end) => end.candidateType).join(" ")); }"""
"""How the two ends of a line that holds are reached."""
SUMMARY, TASK = "The lungs are clear, the ankles less swollen.", "Weigh yourself each morning."


@pytest.fixture
def two(ward: SeededWard, browser: Browser, chromium_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """Two browsers with a camera each, the patient's and the doctor's."""
    ward.execute("UPDATE consultation SET state = 'cancelled' WHERE state = 'booked'")
    opened = [
        browser.browser_type.launch(executable_path=chromium_path, args=[*LAUNCH, *FAKE])
        for _ in range(2)
    ]
    desks = (Desk(ward=ward, browser=opened[0]), Desk(ward=ward, browser=opened[1]))
    yield desks
    for desk, one in zip(desks, opened, strict=True):
        desk.close()
        one.close()


def one_of(ward: SeededWard, what: str) -> object:
    with psycopg.connect(ward.server.database.superuser) as conn:
        row = conn.execute(what.encode()).fetchone()
    return None if row is None else row[0]


def booked_now(ward: SeededWard, wish: str = "video") -> str:
    """The doctor books the first slot, which begins now and lasts an hour; the consultation's id.

    The slots lie on the grid of the clock: the one that runs may be over within seconds.
    """
    alice = ward.patients["Alice Moore"]
    with ward.client("singh") as singh:
        slots = singh.get(f"/patients/{alice}/consultation-slots").json()["items"]
        body = {"doctor": slots[0]["doctor"], "start": slots[0]["start"], "wish": wish}
        made = singh.post(f"/patients/{alice}/consultations", json=body)
    assert made.status_code == 201, made.text
    ward.execute(
        "UPDATE consultation SET during = tstzrange(now() - interval '1 minute',"
        " now() + interval '1 hour') WHERE state = 'booked'"
    )
    return str(made.json()["id"])


def come(two: tuple[Desk, Desk], made: str, script: str) -> list[Page]:
    """The call as the patient and the doctor open it, each with a script before its own."""
    pages = []
    for desk, who in zip(two, ("alice", "singh"), strict=True):
        page = desk.open(who, f"/call/{made}")
        page.add_init_script(script)
        page.reload()
        pages.append(page)
    return pages


def meet(patient: Page, doctor: Page) -> None:
    """Wait, be seen to wait, and be let in; all by keyboard."""
    patient.get_by_role("button", name="Go into the waiting room").press("Enter")
    expect(patient.locator("#state")).to_contain_text("You are in the waiting room.")
    doctor.get_by_role("button", name="Sit down").press("Enter")
    expect(doctor.locator("#state")).to_contain_text("Alice Moore is in the waiting room.")
    doctor.get_by_role("button", name="Let in").press("Enter")


def test_only_the_room_may_use_camera_and_microphone(ward: SeededWard) -> None:
    with ward.client("singh") as singh:
        headers = {"Cookie": f"homeward={singh.headers['authorization'].split()[1]}"}
    room = f"{ward.url}/call/00000000-0000-0000-0000-000000000000"
    policies = {
        address: httpx2.get(address, headers=headers).headers["permissions-policy"]
        for address in (room, f"{ward.url}/consultations", f"{ward.url}/feed")
    }
    assert "camera=(self), microphone=(self)" in policies.pop(room)
    assert all("camera=(), microphone=()" in one for one in policies.values())


def test_book_remind_wait_meet_with_vitals_beside_note_and_sign(
    two: tuple[Desk, Desk], ward: SeededWard
) -> None:
    patients, doctors = two
    alice = ward.patients["Alice Moore"]
    mine = patients.open("alice", "/consultations", viewport=PHONE)
    mine.get_by_label("What is it about?").fill("My ankles")
    mine.get_by_role("button", name="Book").press("Enter")
    expect(mine.locator("#coming")).to_contain_text("Dr Amara Singh")
    sound(mine)
    no_wider_than(mine, PHONE["width"])
    desk = doctors.open("singh", f"/consultations?patient={alice}")
    expect(desk.locator("#coming")).to_contain_text("My ankles")
    desk.get_by_role("button", name="Move the consultation with Alice Moore").press("Enter")
    desk.locator("#slot").select_option(index=0)
    desk.get_by_role("button", name="Move it").press("Enter")
    expect(desk.locator("#booked")).to_contain_text("It is moved.")
    sound(desk)
    # Whatever the minute of the hour is: the slots lie on a grid, and are told 15 minutes before.
    ward.execute(
        "UPDATE consultation SET during = tstzrange(now() + interval '8 minutes',"
        " now() + interval '23 minutes') WHERE state = 'booked'"
    )
    becomes(
        lambda: one_of(ward, "SELECT soon_told FROM consultation WHERE state = 'booked'"),
        lambda at: at is not None,
    )
    mine.get_by_role("link", name="Enter the consultation with Dr Amara Singh").press("Enter")
    desk.get_by_role("link", name="Enter the consultation with Alice Moore").press("Enter")
    meet(mine, desk)
    for page in (mine, desk):
        expect(page.locator("#state")).to_have_text("Connected.")
        becomes(lambda page=page: page.evaluate(SEEN), lambda width: width > 0)
    expect(desk.locator("#beside dd[data-metric='hr']")).to_be_visible()
    no = ward.number(alice)
    ward.execute(
        "UPDATE patient_now SET latest = jsonb_set(latest, '{hr,v}', '125'),"
        " received = now() WHERE patient_no = %s",
        no,
    )
    expect(desk.locator("#beside dd[data-metric='hr']")).to_contain_text("125")
    sound(desk)
    sound(mine)
    no_wider_than(mine, PHONE["width"])
    desk.get_by_role("textbox", name="Summary the patient").fill(SUMMARY)
    desk.get_by_label("What is to be done").fill(f"{TASK}\nWalk a little.")
    mine.reload()
    expect(mine.locator("#state")).to_have_text("Connected.")
    becomes(lambda: mine.evaluate(SEEN), lambda width: width > 0)
    becomes(lambda: desk.evaluate(SEEN), lambda width: width > 0)
    expect(desk.locator("#kept")).to_contain_text("Kept.")
    mine.get_by_label("Write").fill("Can you hear me?")
    mine.get_by_role("button", name="Send").press("Enter")
    expect(desk.locator("#said li.theirs").last).to_contain_text("Can you hear me?")
    desk.get_by_role("button", name="Sign").press("Enter")
    expect(desk.locator("#signed")).to_contain_text("Signed by Dr Amara Singh")
    expect(mine.locator("#state")).to_have_text("This consultation is over.")
    expect(mine.locator("#signed")).to_contain_text(TASK)
    signed = one_of(ward, "SELECT encode(signature, 'hex') FROM consultation ORDER BY no DESC")
    audited = "SELECT detail ->> 'sha256' FROM audit WHERE action = 'consultation.sign'"
    assert signed == one_of(ward, f"{audited} ORDER BY id DESC LIMIT 1")
    assert patients.complaints == doctors.complaints == []


@pytest.fixture
def relayed(ward: SeededWard, tmp_path: Path) -> Iterator[PrivateRelay]:
    """A relay that the ward tells its browsers of."""
    with relay(tmp_path, "a secret of this test") as server:
        before = ward.server.more
        try:
            ward.running.stop()
            ward.server.more = before | server.settings()
            ward.running.start()
            yield server
        finally:
            ward.running.stop()
            ward.server.more = before
            ward.running.start()


def test_who_cannot_meet_otherwise_meets_through_the_relay(
    relayed: PrivateRelay, two: tuple[Desk, Desk], ward: SeededWard
) -> None:
    """A real coturn, by the credential that the API made for each seat; no other way is tried."""
    patients, doctors = two
    pages = come(two, booked_now(ward), BY_RELAY)
    meet(*pages)
    for page in pages:
        expect(page.locator("#state")).to_have_text("Connected.")
        becomes(lambda page=page: page.evaluate(SEEN), lambda width: width > 0)
        becomes(lambda page=page: page.evaluate(WAYS), lambda ways: set(ways) == {"relay relay"})
    assert relayed.allocations() >= 2
    assert patients.complaints == doctors.complaints == []


def test_without_a_way_between_them_they_go_on_in_writing(
    two: tuple[Desk, Desk], ward: SeededWard
) -> None:
    patients, doctors = two
    made = booked_now(ward)
    pages = come(two, made, OFTEN + NOWHERE)
    mine, desk = pages
    meet(mine, desk)
    for page in pages:
        expect(page.locator("#state")).to_contain_text("The line carries no voice")
    mine.get_by_label("Write").fill("I read you.")
    mine.get_by_role("button", name="Send").press("Enter")
    expect(desk.locator("#said li.theirs").last).to_contain_text("I read you.")
    expect(desk.get_by_role("button", name="Try the line again")).to_be_visible()
    desk.get_by_role("button", name="End the consultation").click()
    desk.get_by_role("button", name="End it: Alice Moore").click()
    expect(mine.locator("#state")).to_contain_text("The summary is being written.")
    assert patients.complaints == doctors.complaints == []


def test_who_has_no_camera_is_heard_by_voice_alone(
    two: tuple[Desk, Desk], ward: SeededWard
) -> None:
    patients, doctors = two
    made = booked_now(ward)
    mine = patients.open("alice", f"/call/{made}")
    no_camera = """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (asked) => (asked.video
            ? Promise.reject(new Error("no camera")) : real(asked));"""
    mine.add_init_script(no_camera)
    mine.reload()
    desk = doctors.open("singh", f"/call/{made}")
    meet(mine, desk)
    expect(desk.locator("#state")).to_have_text("Connected.")
    expect(desk.locator("#no-picture")).to_contain_text("sends no picture")
    becomes(lambda: mine.evaluate(SEEN), lambda width: width > 0)
    expect(mine.get_by_role("button", name="Mute myself")).to_be_visible()
    expect(mine.get_by_role("button", name="Camera off")).to_be_hidden()
    assert patients.complaints == doctors.complaints == []
