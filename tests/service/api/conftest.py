"""An API on a real database, served on a port of its own; people of every role, signed in."""

# ruff: noqa: ANN401 - bodies, parameters and answers are JSON of any shape

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI

from analytics.domain.care import Role
from api.app import create_app
from api.bootstrap import create_admin
from api.settings import ApiSettings
from deploy.certificates import make_authority
from tests.support.databases import Database
from tests.support.servers import wait_until

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live for one test


@dataclass(slots=True, kw_only=True)
class Ward:
    """The API, and tokens of people by role; every call goes through ``/api/v1``."""

    app: FastAPI
    client: httpx.Client
    database: Database
    settings: ApiSettings
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
        """Open an account as the administrator and sign in; return its id."""
        body = {"username": who, "password": PASSWORD, "role": role, "ward": ward}
        made = self.post("admin", "/users", body)
        assert made.status_code == 201, made.text
        self.ids[who] = made.json()["id"]
        self.tokens[who] = self.log_in(who).json()["access_token"]
        return self.ids[who]

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
        cookie_secure=False,
        pool_size=6,
        **more,
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


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Iterator[Ward]:
    """A ward with an administrator who is signed in."""
    settings = settings_for(database, tmp_path)
    create_admin(database.owner, "admin", PASSWORD)
    app = create_app(settings)
    with served(app) as address, httpx.Client(base_url=address, timeout=30.0) as client:
        made = Ward(app=app, client=client, database=database, settings=settings)
        made.tokens["admin"] = made.log_in("admin").json()["access_token"]
        yield made


@pytest.fixture
def staffed(ward: Ward) -> Ward:
    """A ward with one person of each role."""
    for role in (Role.COORDINATOR, Role.DOCTOR, Role.NURSE, Role.PATIENT):
        ward.add(role.value, role)
    return ward
