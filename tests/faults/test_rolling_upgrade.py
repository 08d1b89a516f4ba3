"""Two versions side by side on one schema: the version before its newest step, and this one.

While frames flow: the old programs serve on the old schema, the schema is brought up to date under
them, they go on, the new ones come beside them, the old ones leave. Nobody stops, nothing is lost.
"""

import io
import random
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import psycopg
import pytest

from deploy.bench.child import Child, wait_until
from deploy.bench.fleet import enrol, make_fleet, rounds
from deploy.bench.sender import FleetSender
from deploy.bench.stack import (
    SOURCES,
    BenchBase,
    GatewaySpec,
    api_child,
    broker,
    database_server,
    gateway_child,
)
from deploy.database.bootstrap import login_address, make_empty
from deploy.secrets.logins import LOGINS, OWNER
from deploy.settings import inherited_environment
from gateway.migrations import current, newest, upgrade
from gateway.store.evidence import Range
from gateway.verify import walk

DEVICES, MEANWHILE, AFTERWARDS, RATE = 12, 600, 120, 60.0
PASSWORD = "correct horse battery"  # noqa: S105 - of an account that lives for one test
STEPS = "gateway/migrations/sql"
STORED = """
    SELECT count(*), count(DISTINCT (device_no, boot, seq)) FROM signed_frame WHERE kind = 1
"""


def git(*words: str) -> bytes:
    """Ask git about this work tree."""
    done = subprocess.run(  # noqa: S603 - our own command
        ["git", "-C", str(SOURCES), *words],  # noqa: S607 - as found on the path
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def earlier_version() -> str | None:
    """The commit before the newest step of the schema; None where no history is at hand."""
    try:
        if git("rev-parse", "--is-shallow-repository").strip() == b"true":
            return None
        added = git("log", "-1", "--format=%H", "--diff-filter=A", "--", STEPS).decode().strip()
        return git("rev-parse", f"{added}^").decode().strip() if added else None
    except (OSError, subprocess.CalledProcessError):
        return None


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the version before."""
    commit = earlier_version()
    if commit is None:
        pytest.skip("needs the history (git fetch --unshallow)")
    folder = tmp_path_factory.mktemp("earlier")
    packed = git("archive", commit)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def in_earlier(earlier: Path, script: str, *words: str) -> str:
    """Run a few lines with the packages of the version before."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", script, *words],
        cwd=earlier,
        env=inherited_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSchema:
    """A database at the schema of the version before, and what programs are told of it."""

    base: BenchBase
    url: str
    logins: dict[str, str]

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def gateway(self, sources: Path, name: str, mqtt_port: int) -> Child:
        url = self.logins["homeward_gateway_login"]
        child = gateway_child(self.base, GatewaySpec(database_url=url, mqtt_port=mqtt_port), name)
        child.launch = replace(child.launch, cwd=sources)
        return child

    @contextmanager
    def api(self, sources: Path, name: str) -> Iterator[str]:
        """An API of these sources, at its address."""
        child, site = api_child(self.base, self.logins, name, sources=sources)
        try:
            child.start(90.0)
            yield site
        finally:
            child.stop()


@pytest.fixture
def one_schema(fault_base: BenchBase, earlier: Path) -> Iterator[OneSchema]:
    with database_server(fault_base, "rolling") as server:
        url, passwords = server.url("rolling"), fault_base.secrets.logins
        make_empty(url, passwords)
        logins = {login: login_address(url, login, passwords) for login in LOGINS}
        script = "import sys; from gateway.migrations import upgrade; upgrade(sys.argv[1])"
        in_earlier(earlier, script, logins[OWNER])
        script = "import sys; from api.admin import create_admin; create_admin(*sys.argv[1:])"
        in_earlier(earlier, script, url, "ada", PASSWORD)
        yield OneSchema(base=fault_base, url=url, logins=logins)


def signs_in(site: str) -> bool:
    """Whether an API writes (a session, and the audit record) and reads."""
    with httpx2.Client(base_url=f"{site}/api/v1", timeout=20) as client:
        form = {"username": "ada", "password": PASSWORD}
        done = client.post("/auth/login", data=form)
        assert done.is_success, done.text
        token = done.json()["access_token"]
        found = client.get("/patients", headers={"Authorization": f"Bearer {token}"})
        assert found.is_success, found.text
    return True


def test_old_and_new_serve_one_ward_side_by_side_and_nothing_is_lost(
    one_schema: OneSchema, earlier: Path
) -> None:
    before, now = current(one_schema.logins[OWNER]), newest()
    assert before is not None
    assert before < now, "the older version knows an older schema"
    fleet = make_fleet(DEVICES, 6)
    enrol(one_schema.url, fleet, datetime.now(UTC))
    with broker(one_schema.base) as door:
        port = door.private.service_port
        old = one_schema.gateway(earlier, "gateway-before", port)
        new = one_schema.gateway(SOURCES, "gateway-after", port)
        old.start(90.0)
        try:
            with (
                FleetSender(door.private.fleet_port, door.fleet_password) as sender,
                one_schema.api(earlier, "api-before") as old_site,
            ):
                now_ms = time.time_ns() // 1_000_000
                sender.blast(sender.packets([device.clock(now_ms) for device in fleet]))
                step_ms = int(1_000 * DEVICES / RATE)
                frames = rounds(fleet, MEANWHILE + AFTERWARDS, now_ms, step_ms, random.Random(6))
                packets = sender.packets(frames)
                flow = threading.Thread(target=sender.paced, args=(packets[:MEANWHILE], RATE))
                flow.start()
                try:
                    wait_until(lambda: one_schema.rows(STORED)[0][0] != 0, 60)
                    upgrade(one_schema.logins[OWNER])
                    new.spawn()
                    with one_schema.api(SOURCES, "api-after") as new_site:
                        assert signs_in(old_site)
                        assert signs_in(new_site)
                        old.stop()
                        wait_until(new.answers, 60)
                        assert signs_in(old_site)
                finally:
                    flow.join()
                sender.blast(packets[MEANWHILE:])
                total = MEANWHILE + AFTERWARDS
                wait_until(lambda: one_schema.rows(STORED)[0][0] == total, 90)
        finally:
            old.stop()
            new.stop()
    assert one_schema.rows(STORED) == [(total, total)]
    assert current(one_schema.logins[OWNER]) == now
    assert walk.run(one_schema.url, Range(), out := io.StringIO()) == 0, out.getvalue()
