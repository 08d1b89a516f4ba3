"""Charts and FHIR searches come from a standby, unless it is behind, gone, or behind the caller.

The API's own program on a real primary with a real standby, whose replay is held up and killed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import psycopg
import pytest

from api.admin import create_admin
from deploy.bench.child import Child, wait_until
from deploy.bench.fleet import enrol, make_fleet
from deploy.bench.stack import BenchBase, DatabaseServer, api_child, database_server
from deploy.services.ports import HOST
from tests.support.standby import standby_of

PASSWORD = "correct horse battery"  # noqa: S105 - of an account that lives for one test
HEADER, BEHIND_S = "homeward-behind", 4.0
OPEN = {
    "HOMEWARD_ADMIN_CLINICAL": "true",
    "HOMEWARD_STAFF_SECOND_FACTOR": "false",
    "HOMEWARD_REPLICA_BEHIND_S": str(BEHIND_S),
}
READING = """
    INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value)
    VALUES (now(), now(), %s, 1, 1, 0, %s)
"""


@dataclass(slots=True)
class Read:
    """A ward with a standby, as somebody reads it."""

    http: httpx2.Client
    primary: psycopg.Connection[Any]
    standby: psycopg.Connection[Any]
    standby_child: Child
    patient: str = ""

    def get(self, path: str, **params: str) -> httpx2.Response:
        return self.http.get(path, params=params).raise_for_status()

    def chart(self) -> httpx2.Response:
        since = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
        path = f"/api/v1/patients/{self.patient}/observations"
        return self.get(path, bucket="1h", metric="hr", **{"from": since})

    def search(self) -> httpx2.Response:
        return self.get("/fhir/r4/Observation", patient=self.patient, code="8867-4")

    def readings(self, answer: httpx2.Response) -> int:
        return sum(one["count"] for one in answer.json()["items"])


@contextmanager
def api_of(server: DatabaseServer, name: str, replica_url: str) -> Iterator[str]:
    logins = {
        login: server.url(name, login) for login in ("homeward_api_login", "homeward_engine_login")
    }
    more = OPEN | {"HOMEWARD_REPLICA_URL": replica_url}
    child, site = api_child(server.base, logins, "api-with-replica", more=more)
    try:
        child.spawn()
        yield site
    finally:
        child.stop()


@pytest.fixture
def ward(fault_base: BenchBase) -> Iterator[Read]:
    with database_server(fault_base, "read") as server:
        name = server.fresh()
        url = server.url(name)
        create_admin(url, "ada", PASSWORD)
        [device] = make_fleet(1, 5)
        enrol(url, [device], datetime.now(UTC))
        with standby_of(server) as (child, private):
            place = f"{HOST}:{server.private.port}"
            there = f"{HOST}:{private.port}"
            login = server.url(name, "homeward_api_login").replace(place, there)
            with (
                api_of(server, name, login) as site,
                httpx2.Client(base_url=site, timeout=30) as http,
                psycopg.connect(url, autocommit=True) as primary,
                psycopg.connect(private.url(name), autocommit=True) as standby,
            ):
                read = Read(http, primary, standby, child, str(device.patient))
                wait_until(lambda: signed_in(http), 60)
                yield read


def signed_in(http: httpx2.Client) -> bool:
    form = {"username": "ada", "password": PASSWORD}
    try:
        answer = http.post("/api/v1/auth/login", data=form)
    except httpx2.HTTPError:
        return False
    if answer.is_success:
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return answer.is_success


@pytest.mark.skipif("HOMEWARD_DATABASE_URL" in os.environ, reason="needs servers of its own")
def test_a_standby_answers_charts_and_searches_as_long_as_it_may(ward: Read) -> None:
    ward.primary.execute(READING, (11, 70.0))
    for asked in (ward.chart, ward.search):
        wait_until(lambda asked=asked: HEADER in asked().headers, 60)
        answer = asked()
        assert float(answer.headers.get(HEADER, "0")) <= BEHIND_S
    history = f"/ui/patients/{ward.patient}/history"
    span = {"from": (datetime.now(UTC) - timedelta(hours=2)).isoformat()}
    span["to"] = datetime.now(UTC).isoformat()
    wait_until(lambda: HEADER in ward.get(history, **span).headers, 60)
    assert HEADER not in ward.get(f"/api/v1/patients/{ward.patient}").headers
    wait_until(lambda: ward.readings(ward.chart()) == 1, 30)

    ward.standby.execute("SELECT pg_wal_replay_pause()")
    wait_until(_paused(ward), 30)
    ward.primary.execute(READING, (12, 80.0))
    body = {"name": "Somebody Else", "birth_date": "1950-01-01", "sex": "female"}
    ward.http.post("/api/v1/patients", json=body).raise_for_status()
    mine = ward.chart()  # whoever has just changed something is shown nothing older
    assert HEADER not in mine.headers
    assert ward.readings(mine) == 2
    wait_until(lambda: HEADER not in ward.search().headers, 60)  # and then it is too far behind
    assert len(ward.search().json()["entry"]) == 2

    ward.standby.execute("SELECT pg_wal_replay_resume()")
    wait_until(lambda: HEADER in ward.chart().headers, 60)
    assert ward.readings(ward.chart()) == 2

    ward.standby.close()
    ward.standby_child.kill()
    assert ward.readings(ward.chart()) == 2
    assert HEADER not in ward.chart().headers


def _paused(ward: Read) -> Any:  # noqa: ANN401 - a condition
    state = "SELECT pg_get_wal_replay_pause_state()"
    return lambda: ward.standby.execute(state).fetchone() == ("paused",)
