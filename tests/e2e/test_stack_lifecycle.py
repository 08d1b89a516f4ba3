"""``homeward up`` as an operator meets it: start, crash, stop, start again, two side by side."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest

from deploy.services.binaries import Binaries
from deploy.services.ports import NAMES, claim, free_ports, is_free
from device_sim.fleet.ledger import LedgerSummary, ledger_summary
from tests.support.servers import wait_until
from tests.support.wards import WardProcess, gone, running, seconds_to_ready, start

PARTS = ["api", "gateway", "broker", "postgres"]
READY_AGAIN_S = 15.0


@pytest.fixture(scope="module")
def folder(binaries: Binaries) -> Iterator[Path]:
    """A folder that the servers' account can reach; the programs are there already."""
    assert binaries
    made = Path(tempfile.mkdtemp(prefix="homeward-ward-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def ward(folder: Path) -> Iterator[WardProcess]:
    with running(folder / "one", env={"HOMEWARD_HANG_S": "6"}) as up:
        yield up


def sign_in(ward: WardProcess) -> httpx2.Response:
    admin = ward.description["admin"]
    return httpx2.post(f"{ward.description['api']}/api/v1/auth/login", data=admin, timeout=20)


def test_the_description_is_private_and_complete(ward: WardProcess) -> None:
    file = ward.folder / "stack.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = ward.description
    assert found["api"].startswith("http://127.0.0.1:")
    assert {"host", "port", "ca_file", "fleet"} <= set(found["mqtt"])
    assert {"host", "port", "username", "password"} == set(found["mqtt"]["fleet"])
    assert {"username", "password"} == set(found["admin"])
    assert set(found["pids"]) == set(PARTS)
    assert isinstance(found["pids"]["gateway"], list)
    assert all(not gone(pid) for pid in ward.all_pids())


def test_the_ward_serves_and_its_admin_can_sign_in(ward: WardProcess) -> None:
    assert httpx2.get(f"{ward.description['api']}/healthz").status_code == 200
    assert httpx2.get(f"{ward.description['api']}/readyz").status_code == 200
    assert sign_in(ward).status_code == 200


def test_a_second_stack_on_the_same_folder_is_refused(ward: WardProcess) -> None:
    second = start(ward.folder)
    assert second.process.wait(30) == 1
    assert "another Homeward already runs" in second.said()
    assert "Traceback" not in second.said()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_killed_comes_back(ward: WardProcess, part: str) -> None:
    before = ward.pid(part)
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: ward.ready() and ward.pid(part) not in (0, before), 40)
    assert f"{part} ended (signal 9)" in ward.said()
    wait_until(lambda: httpx2.get(f"{ward.description['api']}/readyz").status_code == 200, 30)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_hangs_comes_back(ward: WardProcess, part: str) -> None:
    before = ward.pid(part)
    os.kill(before, signal.SIGSTOP)
    wait_until(lambda: ward.ready() and ward.pid(part) not in (0, before), 60)
    assert f"{part} has not answered for 6 s" in ward.said()
    wait_until(lambda: httpx2.get(f"{ward.description['api']}/readyz").status_code == 200, 30)


def simulator(ward: WardProcess, out: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "deploy.cli", "simulate", "--patients", "6", "--rate", "30"]
    command += ["--events", "0", "--stack", str(ward.folder / "stack.json"), "--out", str(out)]
    with (out.with_suffix(".log")).open("ab") as log:
        return subprocess.Popen([*command, *words], stdout=log, stderr=log)  # noqa: S603 - our own


def test_simulated_devices_that_are_killed_lose_nothing_they_had_measured(
    ward: WardProcess, folder: Path
) -> None:
    """They forgot what was not covered yet, and were new people at the next start."""
    out = folder / "simulated"

    def books() -> LedgerSummary | None:
        try:
            return ledger_summary(out / "ledger.sqlite")
        except sqlite3.OperationalError:  # it is not there yet
            return None

    first = simulator(ward, out)
    wait_until(lambda: (found := books()) is not None and found["frames_covered"] > 60, 60)
    os.kill(ward.pid("gateway"), signal.SIGSTOP)  # from here on nothing is covered
    left = books()
    assert left is not None
    wait_until(lambda: (books() or left)["frames_made"] > left["frames_made"] + 60, 20)
    first.kill()
    first.wait()
    killed = books()
    assert killed is not None
    assert killed["uncovered"] > 30
    wait_until(lambda: httpx2.get(f"{ward.description['api']}/readyz").status_code == 200, 60)
    again = simulator(ward, out, "--seconds", "5", "--drain", "40")
    assert again.wait(120) == 0
    books_now = books()
    assert books_now is not None
    assert books_now["devices"] == 6, "the same devices"
    assert books_now["uncovered"] == 0
    assert books_now["frames_covered"] == books_now["frames_made"] > killed["frames_made"]
    with sqlite3.connect(out / "ledger.sqlite") as ledger:
        made = set(ledger.execute("SELECT device, boot, seq FROM frame"))
    with psycopg.connect(ward.description["database_url"]) as connection:
        stored = connection.execute(
            "SELECT d.id, f.boot, f.seq FROM signed_frame f JOIN device d ON d.no = f.device_no"
        ).fetchall()
    assert made <= set(stored)
    assert len(stored) == len(set(stored))


LAST = 65_000
"""The last port that `--port-base` takes."""


def free_row(length: int) -> int:
    """The first of so many ports in a row that nobody has."""
    while True:
        base = free_ports(1)[0]
        if base + length <= LAST and all(
            is_free(port) and claim(port) for port in range(base + 1, base + length)
        ):
            return base


def test_two_stacks_live_side_by_side(ward: WardProcess, folder: Path) -> None:
    base = free_row(len(NAMES))
    with running(folder / "two", "--port-base", str(base)) as other:
        assert other.description["api"] == f"http://127.0.0.1:{base}"
        assert not set(other.all_pids()) & set(ward.all_pids())
        assert sign_in(other).status_code == 200
        assert sign_in(ward).status_code == 200


def test_a_stop_is_clean_and_a_second_start_is_quick_and_the_same(folder: Path) -> None:
    first, _ = seconds_to_ready(folder / "three")
    before, pids = first.description, first.all_pids()
    assert first.stop() == 0
    assert all(gone(pid) for pid in pids)
    second, took = seconds_to_ready(folder / "three")
    try:
        assert took < READY_AGAIN_S
        assert second.description["api"] == before["api"]
        assert second.description["admin"] == before["admin"]
        assert sign_in(second).status_code == 200
    finally:
        assert second.stop() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_a_killed_supervisor_leaves_nothing_and_the_ward_starts_again(folder: Path) -> None:
    with running(folder / "four", "--clock-rate", "60") as up:
        pids = up.all_pids()
        up.process.kill()
        up.process.wait()
        wait_until(lambda: all(gone(pid) for pid in pids), 30)
    with running(folder / "four") as again:
        assert again.description["clock"]["rate"] == 60
        assert sign_in(again).status_code == 200


def test_help_and_mistakes_are_plain() -> None:
    def homeward(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deploy.cli", *words]
        env = {k: v for k, v in os.environ.items() if not k.startswith("HOMEWARD_")}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=env)  # noqa: S603

    commands = ["up", "gateway", "api", "migrate", "create-admin", "simulate", "replay"]
    commands += ["evaluate", "verify", "provision", "make-roles"]
    commands += ["rotate-gateway-key", "rotate-master"]
    for command in commands:
        shown = homeward(command, "--help")
        assert shown.returncode == 0, command
        assert "Example:" in shown.stdout, command
    for words in (["migrate"], ["up", "--clock-rate", "0"], ["up", "--port-base", "x"], ["nosuch"]):
        refused = homeward(*words)
        assert refused.returncode != 0, words
        assert "Traceback" not in refused.stderr, words
