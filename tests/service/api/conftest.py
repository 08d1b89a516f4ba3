"""An API on a real database, served on a port of its own; people of every role, signed in."""

# ruff: noqa: ANN401 - bodies, parameters and answers are JSON of any shape

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import httpx2
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI

from analytics.domain.care import Role
from api.app import create_app
from api.auth.sessions import hash_password, new_token, token_hash
from api.settings import ApiSettings
from deploy.secrets.certificates import make_authority
from tests.support.databases import Database, DatabaseServer
from tests.support.servers import wait_until

EMPTY = """
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY CASCADE'
      FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN
           ('alembic_version', 'registry_revision', 'stream_position', 'engine_leader'));
END $$
"""
PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live for one test


@dataclass(slots=True, kw_only=True)
class Ward:
    """The API, and tokens of people by role; every call goes through ``/api/v1``."""

    app: FastAPI
    client: httpx2.Client
    database: Database
    settings: ApiSettings
    password_hash: str
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def call(self, who: str, method: str, path: str, **more: Any) -> Any:
        headers = more.pop("headers", {})
        if who in self.tokens:
            headers = {"Authorization": f"Bearer {self.tokens[who]}", **headers}
        whole = path if path in {"/healthz", "/readyz", "/metrics"} else f"/api/v1{path}"
        return self.client.request(method, whole, headers=headers, **more)

    def get(self, who: str, path: str, **more: Any) -> Any:
        return self.call(who, "GET", path, **more)

    def post(self, who: str, path: str, body: object = None, **more: Any) -> Any:
        return self.call(who, "POST", path, json=body, **more)

    def patch(self, who: str, path: str, body: object) -> Any:
        return self.call(who, "PATCH", path, json=body)

    def put(self, who: str, path: str, body: object) -> Any:
        return self.call(who, "PUT", path, json=body)

    def log_in(self, username: str, password: str = PASSWORD, otp: str | None = None) -> Any:
        form = {"username": username, "password": password} | ({"otp": otp} if otp else {})
        return self.client.post("/api/v1/auth/login", data=form)

    def add(self, who: str, role: Role, *, ward: str = "main") -> str:
        """Write an account of somebody who is signed in; return its id."""
        ((user_id,),) = self.sql(
            "INSERT INTO app_user (username, password_hash, role, ward) VALUES (%s, %s, %s, %s) "
            "RETURNING id::text",
            who,
            self.password_hash,
            role,
            ward,
        )
        self.ids[who] = user_id
        self.tokens[who] = new_token()
        self.sql(
            "INSERT INTO session_token (token_hash, user_id, kind, expires_at) "
            "VALUES (%s, %s, 'bearer', now() + interval '1 hour')",
            token_hash(self.tokens[who]),
            user_id,
        )
        return user_id

    def empty(self) -> None:
        """Take everything out of the database; the engine may be reading, so try again."""
        for attempt in range(5):
            try:
                self.sql(EMPTY)
            except psycopg.errors.DeadlockDetected:
                if attempt == 4:
                    raise
            else:
                return

    def take_in(self, who: str = "coordinator", **more: Any) -> str:
        """Take a patient in; return the id."""
        body = {"name": "Ada Byron", "birth_date": "1950-12-10", "sex": "female", **more}
        made = self.post(who, "/patients", body)
        assert made.status_code == 201, made.text
        patient: str = made.json()["id"]
        return patient

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement as the database's superuser."""
        with psycopg.connect(self.database.superuser, autocommit=True) as connection:
            found = connection.execute(statement.encode(), values or None)
            return found.fetchall() if found.description else []

    def number(self, patient: str) -> int:
        no: int = self.sql("SELECT no FROM patient WHERE id = %s", patient)[0][0]
        return no


def settings_for(database: Database, folder: Path, **more: Any) -> ApiSettings:
    authority = make_authority("test devices", datetime.now(UTC))
    for name, content in (
        ("master.key", secrets.token_bytes(32)),
        ("ca.crt", authority.certificate_pem()),
        ("ca.key", authority.key_pem()),
    ):
        if not (folder / name).exists():
            (folder / name).write_bytes(content)
    return ApiSettings(
        database_url=database.api,
        engine_database_url=database.engine,
        master_key_file=folder / "master.key",
        device_ca_cert_file=folder / "ca.crt",
        device_ca_key_file=folder / "ca.key",
        mqtt_ca_file=folder / "ca.crt",
        pool_size=6,
        **{
            "cookie_secure": False,
            "staff_second_factor": False,
            "admin_clinical": True,
            **more,
        },
    )


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port, in a thread with its own event loop."""
    config = uvicorn.Config(app, port=0, log_level="error", access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive(), 20.0)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One API for the session: starting one for each test would take most of the time."""

    app: FastAPI
    address: str
    database: Database
    settings: ApiSettings
    password_hash: str


@pytest.fixture(scope="session")
def served_api(postgres_server: DatabaseServer) -> Iterator[Served]:
    """An API on a database of its own."""
    with postgres_server.migrated() as database, TemporaryDirectory() as folder:
        settings = settings_for(database, Path(folder))
        app = create_app(settings)
        hashed = asyncio.run(hash_password(PASSWORD))
        with served(app) as address:
            yield Served(
                app=app,
                address=address,
                database=database,
                settings=settings,
                password_hash=hashed,
            )


@pytest.fixture
def ward(served_api: Served) -> Iterator[Ward]:
    """An empty ward with an administrator who is signed in."""
    with httpx2.Client(base_url=served_api.address, timeout=30.0) as client:
        made = Ward(
            app=served_api.app,
            client=client,
            database=served_api.database,
            settings=served_api.settings,
            password_hash=served_api.password_hash,
        )
        made.empty()
        made.add("admin", Role.ADMIN)
        yield made


@pytest.fixture
def staffed(ward: Ward) -> Ward:
    """A ward with one person of each role."""
    for role in (Role.COORDINATOR, Role.DOCTOR, Role.NURSE, Role.PATIENT):
        ward.add(role.value, role)
    return ward


@pytest.fixture
def watched(staffed: Ward) -> tuple[Ward, str]:
    """A ward with a patient in the doctor's care team."""
    patient = staffed.take_in()
    team = {"clinicians": [staffed.ids["doctor"]]}
    staffed.put("coordinator", f"/patients/{patient}/care-team", team)
    return staffed, patient
