"""A small ward in a real database: people, patients, shifts, findings, and an API around it."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import uvicorn
from fastapi import FastAPI
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from api.app import create_app
from api.auth.sessions import new_token, token_hash
from api.settings import ApiSettings
from api.vault.envelope import Vault
from api.vault.personal_data import Personal, new_patient_key, seal_personal
from tests.support.databases import Database

if TYPE_CHECKING:
    from api.services import Services

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    no: int
    id: UUID
    ward: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in; ``doctor_id`` if they are on the rota."""

    user_id: UUID
    token: str
    doctor_id: UUID | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(slots=True, kw_only=True)
class Ward:
    """Writes as the owner of the schema, as no part of the product may."""

    database: Database
    folder: Path
    secrets: Path
    sql: psycopg.Connection[dict[str, Any]]
    settings: ApiSettings = field(init=False)

    def __post_init__(self) -> None:
        key = self.folder / "master.key"
        key.write_bytes(os.urandom(32))
        self.settings = ApiSettings(
            database_url=self.database.api,
            engine_database_url=self.database.engine,
            master_key_file=key,
            device_ca_cert_file=self.secrets / "device-ca.crt",
            device_ca_key_file=self.secrets / "device-ca.key",
            cookie_secure=False,
            allowed_hosts="ward,localhost,127.0.0.1",
            staff_second_factor=False,
            admin_clinical=True,
            pool_size=8,
        )

    def one(self, query: str, *values: object) -> dict[str, Any]:
        row = self.sql.execute(query, values).fetchone()
        assert row is not None
        return row

    def all(self, query: str, *values: object) -> list[dict[str, Any]]:
        return self.sql.execute(query, values).fetchall()

    def patient(self, ward: str = "main", state: str = "active") -> Patient:
        row = self.one(
            """INSERT INTO patient (bucket, ward, sealed, sex, state, created_at)
               VALUES (0, %s, '', 'unknown', %s, %s) RETURNING no, id""",
            ward,
            state,
            START,
        )
        return Patient(no=row["no"], id=row["id"], ward=ward)

    def call_it(self, patient: Patient, personal: Personal) -> None:
        """Seal who the patient is, as the API does."""
        key, wrapped = new_patient_key(Vault(self.settings.master_key_file), patient.id)
        self.sql.execute(
            "UPDATE patient SET sealed = %s WHERE no = %s",
            (seal_personal(key, patient.id, personal), patient.no),
        )
        self.sql.execute(
            "INSERT INTO patient_key (patient_no, master_version, wrapped) VALUES (%s, %s, %s)",
            (patient.no, wrapped.version, wrapped.data),
        )

    def user(self, role: str, ward: str = "main", patient: Patient | None = None) -> Person:
        row = self.one(
            """INSERT INTO app_user (username, password_hash, role, ward, patient_no)
               VALUES (%s, 'x', %s, %s, %s) RETURNING id""",
            f"{role}-{uuid4().hex[:8]}",
            role,
            ward,
            patient.no if patient else None,
        )
        token = new_token()
        self.sql.execute(
            """INSERT INTO session_token (token_hash, user_id, kind, expires_at)
               VALUES (%s, %s, 'bearer', now() + interval '1 hour')""",
            (token_hash(token), row["id"]),
        )
        return Person(user_id=row["id"], token=token)

    def doctor(self, name: str = "Dr", kind: str = "doctor", ward: str = "main") -> Person:
        """A doctor or nurse with an account and a place on the rota."""
        person = self.user(kind, ward)
        row = self.one(
            "INSERT INTO doctor (name, kind, ward, user_id) VALUES (%s, %s, %s, %s) RETURNING id",
            name,
            kind,
            ward,
            person.user_id,
        )
        return Person(user_id=person.user_id, token=person.token, doctor_id=row["id"])

    def shift(self, doctor: Person, start: datetime, end: datetime) -> None:
        self.sql.execute(
            'INSERT INTO shift (doctor_id, start, "end") VALUES (%s, %s, %s)',
            (doctor.doctor_id, start, end),
        )

    def on_shift(self, doctor: Person, around: datetime | None = None) -> None:
        now = around or datetime.now(UTC)
        self.shift(doctor, now - timedelta(hours=2), now + timedelta(hours=8))

    def care_team(self, patient: Patient, person: Person) -> None:
        self.sql.execute("INSERT INTO care_team VALUES (%s, %s)", (patient.no, person.user_id))

    def device(
        self, patient: Patient, expected: dict[str, float], since: datetime = START
    ) -> dict[str, Any]:
        return self.one(
            """INSERT INTO device (id, patient_no, kind, expected, state, registered_at, bound_from)
               VALUES (%s, %s, 'watch', %s, 'enrolled', %s, %s) RETURNING no, id""",
            f"w-{uuid4().hex[:8]}",
            patient.no,
            Jsonb(expected),
            since,
            since,
        )

    def heard(self, device: dict[str, Any], at: datetime) -> None:
        self.sql.execute(
            """INSERT INTO device_window (device_no, boot, upto, highest, last_received)
               VALUES (%s, 1, 1, 1, %s)
               ON CONFLICT (device_no, boot)
               DO UPDATE SET last_received = excluded.last_received""",
            (device["no"], at),
        )

    def gateway_beat(self, age_s: float = 0.0) -> None:
        self.sql.execute(
            """INSERT INTO gateway_worker (groups, "group", worker, backend_pid, beat)
               VALUES (1, 0, gen_random_uuid(), 1, now() - make_interval(secs => %s))
               ON CONFLICT (groups, "group") DO UPDATE SET beat = excluded.beat""",
            (age_s,),
        )

    def finding(
        self,
        patient: Patient,
        condition: str,
        at: datetime,
        *,
        change: str = "started",
        priority: str = "high",
        **more: object,
    ) -> None:
        """Write a finding as the gateway does, and wake the engine."""
        ms = int(at.timestamp() * 1000)
        payload = {
            "condition": condition,
            "change": change,
            "priority": priority,
            "measured_ms": ms,
            "received_ms": ms,
            "message": f"{condition} {change}",
            "rule": "test/1",
            **more,
        }
        self.sql.execute(
            """INSERT INTO outbox (patient_no, frame_id, kind, created_at, payload)
               VALUES (%s, 7, 'finding', %s, %s)""",
            (patient.no, at, Jsonb(payload)),
        )
        self.sql.execute("SELECT pg_notify('homeward_outbox', '')")

    def assign(self, patient: Patient, doctor: Person) -> None:
        """Put the patient under the doctor by the plan in force."""
        self.sql.execute("UPDATE plan SET in_force = false")
        plan = self.one(
            """INSERT INTO plan (made_at, cause, status, input, answer, in_force)
               VALUES (%s, 'test', 'optimal', '{}', '{}', true) RETURNING id""",
            START,
        )
        self.sql.execute(
            """INSERT INTO assignment (patient_no, doctor_id, minutes, plan_id)
               VALUES (%s, %s, 10, %s)
               ON CONFLICT (patient_no) DO UPDATE SET doctor_id = excluded.doctor_id""",
            (patient.no, doctor.doctor_id, plan["id"]),
        )

    def episodes(self, condition: str | None = None) -> list[dict[str, Any]]:
        return self.all(
            """SELECT * FROM episode WHERE %s::text IS NULL OR condition = %s
                ORDER BY started_at, id""",
            condition,
            condition,
        )

    def reasons(self, condition: str | None = None) -> list[dict[str, Any]]:
        """The reasons of clinical alerts, those that wait included."""
        return self.all(
            """SELECT * FROM reason WHERE %s::text IS NULL OR condition = %s
                ORDER BY started_at, condition, id""",
            condition,
            condition,
        )

    def events(self) -> list[dict[str, Any]]:
        return self.all("SELECT * FROM alert_event ORDER BY stream_id")

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
        """A connection with the rights of the alert engine."""
        conn = await psycopg.AsyncConnection[dict[str, Any]].connect(
            self.database.engine, autocommit=True, row_factory=dict_row, options="-c timezone=UTC"
        )
        async with conn:
            yield conn

    @asynccontextmanager
    async def api(self, *, background: bool = False) -> AsyncIterator[httpx2.AsyncClient]:
        """A client of the application in this process, with or without its background tasks."""
        app = create_app(self.settings)
        async with (
            _started(app, background=background),
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app), base_url="http://ward/api/v1"
            ) as client,
        ):
            yield client


@asynccontextmanager
async def _started(app: FastAPI, *, background: bool) -> AsyncIterator[None]:
    if background:
        async with app.router.lifespan_context(app):
            yield
        return
    services: Services = app.state.services
    await services.pool.open()
    await services.engine_pool.open()
    try:
        yield
    finally:
        await services.engine_pool.close()
        await services.pool.close()


@contextmanager
def ward_in(database: Database, folder: Path, secrets: Path) -> Iterator[Ward]:
    with psycopg.connect(database.owner, autocommit=True, row_factory=dict_row) as sql:
        yield Ward(database=database, folder=folder, secrets=secrets, sql=sql)


def story(told: Coroutine[Any, Any, None]) -> None:
    """Run one test's coroutine, in at most a minute."""
    asyncio.run(asyncio.wait_for(told, 60))


@asynccontextmanager
async def served(settings: ApiSettings) -> AsyncIterator[str]:
    """The application behind a real uvicorn, with its background tasks; yields its address."""
    config = uvicorn.Config(
        create_app(settings), port=0, log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
        if task.done():
            await task
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        server.should_exit = True
        await task


@dataclass(slots=True, kw_only=True)
class Told:
    """One event as it came over a stream."""

    id: int
    name: str
    data: dict[str, Any]


async def read_events(response: httpx2.Response) -> AsyncIterator[Told]:
    """The events of a stream; comments and retry times are passed over."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield Told(
                id=int(fields.get("id", "0")), name=fields["event"], data=json.loads(fields["data"])
            )
            fields = {}
