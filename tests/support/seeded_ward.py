"""A small ward with people, readings and alerts, and the API serving it as in production.

People come through the API. Readings and findings are written as the gateway would, so that a
page can be tested without a broker.
"""

import json
import secrets
import sys
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import httpx2
import psycopg
from psycopg.types.json import Jsonb

from analytics.domain.vitals import Metric, Quality
from analytics.lane.assessment import Assessment, Usual, assessment_json
from analytics.news2 import score
from api.admin import create_admin
from deploy.secrets.stack_secrets import Secrets
from deploy.services.ports import HOST, free_ports
from deploy.services.process import Launch
from tests.support.databases import Database
from tests.support.servers import Running

NAMES = (
    "Alice Moore",
    "Boris Okafor",
    "Chen Lindqvist",
    "Dalia García",
    "Emeka Ibrahim",
    "Fatima Novak",
    "Giulia Yamada",
    "Hans Haddad",
    '<img src=x onerror="document.title=1">',
    "Jun Petrov",
)
MINUTE_MS = 60_000


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


@dataclass(slots=True)
class ApiServer:
    """``python -m api`` as a ``Server`` of ``tests.support.servers``."""

    database: Database
    keys: Secrets
    port: int = field(default_factory=lambda: free_ports(1)[0])
    zone: str = "Europe/Berlin"
    more: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def launch(self) -> Launch:
        return Launch(
            argv=[sys.executable, "-m", "api"],
            cwd=Path(__file__).parents[2],
            env={
                "PATH": "/usr/bin:/bin",
                "HOMEWARD_DATABASE_URL": self.database.api,
                "HOMEWARD_ENGINE_DATABASE_URL": self.database.engine,
                "HOMEWARD_API_HOST": HOST,
                "HOMEWARD_API_PORT": str(self.port),
                "HOMEWARD_MASTER_KEY_FILE": str(self.keys.file("master.key")),
                "HOMEWARD_DEVICE_CA_CERT_FILE": str(self.keys.file("device-ca.crt")),
                "HOMEWARD_DEVICE_CA_KEY_FILE": str(self.keys.file("device-ca.key")),
                "HOMEWARD_COOKIE_SECURE": "false",
                "HOMEWARD_ADMIN_CLINICAL": "true",
                "HOMEWARD_STAFF_SECOND_FACTOR": "false",
                "HOMEWARD_WARD_TIME_ZONE": self.zone,
                **self.more,
            },
        )

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/login", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


@dataclass(slots=True)
class SeededWard:
    """The ward: who is in it and how to make things happen.

    Attributes:
        server: the API's process.
        running: to kill and start it.
        passwords: by user name.
        patients: ids by name, in the order of ``NAMES``.
        users: ids by user name.
    """

    server: ApiServer
    running: Running
    passwords: dict[str, str] = field(default_factory=dict)
    patients: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    def client(self, username: str) -> httpx2.Client:
        """Return an HTTP client signed in as a user."""
        base = f"{self.url}/api/v1"
        if username not in self._tokens:
            form = {"username": username, "password": self.passwords[username]}
            answer = httpx2.post(f"{base}/auth/login", data=form, timeout=20).raise_for_status()
            self._tokens[username] = answer.json()["access_token"]
        bearer = {"Authorization": f"Bearer {self._tokens[username]}"}
        return httpx2.Client(base_url=base, headers=bearer, timeout=20)

    def seed(self) -> None:
        """Make people, patients, doctors, a shift, and readings."""
        self.passwords["admin"] = secrets.token_urlsafe(16)
        create_admin(self.server.database.superuser, "admin", self.passwords["admin"])
        with self.client("admin") as admin:
            for username, role in (
                ("carla", "coordinator"),
                ("singh", "doctor"),
                ("lund", "nurse"),
            ):
                self._add_user(admin, username, role)
            self._add_user(admin, "alice", "patient")
        with self.client("carla") as carla:
            for name in NAMES:
                self._admit(carla, name)
        self._staff()
        with psycopg.connect(self.server.database.gateway) as conn:
            for index, patient in enumerate(self.patients.values()):
                readings(conn, self.number(patient), bad=index == 0, partial=index % 3 == 2)
            beat = """INSERT INTO gateway_worker (groups, "group", worker, backend_pid, beat)
                      VALUES (1, 0, gen_random_uuid(), 1, 'infinity')"""
            conn.execute(beat)

    def _add_user(self, admin: httpx2.Client, username: str, role: str) -> None:
        self.passwords[username] = secrets.token_urlsafe(16)
        body = {"username": username, "password": self.passwords[username], "role": role}
        self.users[username] = admin.post("/users", json=body).raise_for_status().json()["id"]

    def _admit(self, coordinator: httpx2.Client, name: str) -> None:
        body = {
            "name": name,
            "birth_date": "1948-03-12",
            "sex": "female",
            "phone": "+49 30 1234567",
            "emergency_contact": {"name": "Jonas", "phone": "+49 170 5551234", "relation": "son"},
            "time_zone": "Europe/Lisbon",
            "limits": {"spo2": {"low": 88, "high": None}},
        }
        made = coordinator.post("/patients", json=body).raise_for_status().json()
        self.patients[name] = made["id"]
        team = {"clinicians": [self.users["singh"], self.users["lund"]]}
        coordinator.put(f"/patients/{made['id']}/care-team", json=team).raise_for_status()

    def _staff(self) -> None:
        with psycopg.connect(self.server.database.superuser) as conn:
            conn.execute(
                "UPDATE app_user SET display_name = 'Dr Amara Singh' WHERE username = 'singh'"
            )
            conn.execute(
                "UPDATE app_user SET patient_no = 1, state = 'active' WHERE username = 'alice'"
            )
            for name, kind, user in (
                ("Dr Amara Singh", "doctor", "singh"),
                ("Nurse Pia Lund", "nurse", "lund"),
            ):
                conn.execute(
                    """WITH d AS (INSERT INTO doctor (name, kind, user_id, cost_per_hour)
                                  VALUES (%s, %s, %s, 60) RETURNING id)
                       INSERT INTO shift (doctor_id, start, "end")
                       SELECT id, now() - interval '2 hours', now() + interval '6 hours' FROM d""",
                    (name, kind, self.users[user]),
                )

    def number(self, patient: str) -> int:
        with psycopg.connect(self.server.database.superuser) as conn:
            row = conn.execute("SELECT no FROM patient WHERE id = %s", (patient,)).fetchone()
        if row is None:
            raise LookupError(patient)
        return int(row[0])

    def execute(self, statement: str, *values: object) -> None:
        """Run a statement as the superuser."""
        with psycopg.connect(self.server.database.superuser) as conn:
            conn.execute(statement.encode(), values)

    def numbers(self, question: str, *values: object) -> list[float]:
        """The first column of what the superuser reads."""
        with psycopg.connect(self.server.database.superuser) as conn:
            return [float(row[0]) for row in conn.execute(question.encode(), values)]

    def end_alerts(self, names: Sequence[str]) -> None:
        """End what earlier tests raised of these people: a patient has one alert at a time."""
        numbers = [self.number(self.patients[name]) for name in names]
        self.execute(
            "UPDATE reason SET state = 'resolved', pending_due = NULL, cleared_at = now()"
            " WHERE state IN ('pending', 'open') AND patient_no = ANY (%s)",
            numbers,
        )
        self.execute(
            "UPDATE episode SET state = 'resolved', escalate_due = NULL, acknowledged_until = NULL,"
            " closed_at = now() - interval '3 hours' WHERE state IN ('open', 'acknowledged')"
            " AND kind = 'clinical' AND patient_no = ANY (%s)",
            numbers,
        )

    def find(
        self, name: str, condition: str = "news2_emergency", priority: str = "high", **more: object
    ) -> None:
        """Write a finding to the outbox, as the gateway does when something is notable."""
        at = now_ms()
        payload = {
            "condition": condition,
            "change": "started",
            "priority": priority,
            "measured_ms": at - 2_000,
            "received_ms": at,
            "message": f"NEWS2 8 for {condition}",
            "rule": "news2/1",
            **more,
        }
        with psycopg.connect(self.server.database.gateway) as conn:
            conn.execute(
                """INSERT INTO outbox (patient_no, kind, created_at, payload)
                   VALUES (%s, 'finding', now(), %s)""",
                (self.number(self.patients[name]), Jsonb(payload)),
            )
            conn.execute("NOTIFY homeward_outbox")


def readings(conn: psycopg.Connection[Any], patient_no: int, *, bad: bool, partial: bool) -> None:
    """Write a day of vitals with a gap, late and questionable points, and the newest state."""
    end = datetime.now(UTC)
    rows, scores = [], []
    for step in range(24 * 12, -1, -1):
        at = end - timedelta(minutes=5 * step)
        if 100 < step < 130:
            continue
        worse = max(0.0, 1 - step / 40) if bad else 0.0
        values = {
            Metric.HR: 78 + step % 7 + 44 * worse,
            Metric.SPO2: 96 - step % 2 - 6 * worse,
            Metric.RR: 15 + step % 3 + 9 * worse,
            Metric.TEMP: 36.8 + 0.1 * (step % 3) + 1.6 * worse,
        }
        arrival = at + timedelta(hours=2) if 130 <= step < 140 else at + timedelta(seconds=2)
        for metric, value in values.items():
            quality = Quality.QUESTIONABLE if step % 57 == 5 else Quality.OK
            shown = value * 0.6 if quality is Quality.QUESTIONABLE else value
            rows.append((at, arrival, 100_000 + step, patient_no, int(metric), int(quality), shown))
        scored = assess(values, at, partial=partial)
        scores.append((at, arrival, 100_000 + step, patient_no, scored))
    _copy(conn, rows, scores)
    _now(conn, patient_no, end, values, scored)


def assess(values: dict[Metric, float], at: datetime, *, partial: bool) -> Assessment:
    """Return the assessment of a set of values, with or without a blood pressure."""
    systolic = None if partial else 128.0
    given = (values[Metric.RR], systolic, values[Metric.HR], values[Metric.TEMP], 0.0)
    scored = score.score((*given, values[Metric.SPO2], 0.0))
    at_ms = int(at.timestamp() * 1000)
    return Assessment(
        time_ms=at_ms,
        received_ms=at_ms + 2_000,
        frame_id=1,
        late=False,
        clock_uncertain=False,
        score=scored.score,
        low=scored.low,
        high=scored.high,
        band=scored.band,
        single_3=scored.single_3,
        missing=scored.missing,
        assumed=(int(Metric.ACVPU), int(Metric.O2)),
        settles=scored.settles,
        values=tuple((int(metric), value) for metric, value in values.items()),
        risk=min(0.95, 0.05 + scored.low * 0.09),
        horizon_minutes=720,
        model_version=1,
        plan_revision=1,
        in_episode=False,
        drivers=(("breathing rate rising", 1.2),),
        baselines=(Usual(int(Metric.HR), 300, 72.0, 2.6, unit=4.0),),
    )


def _copy(
    conn: psycopg.Connection[Any],
    rows: list[tuple[object, ...]],
    scores: list[tuple[datetime, datetime, int, int, Assessment]],
) -> None:
    with conn.cursor() as cursor:
        statement = """COPY observation (time, received, frame_id, patient_no, metric, quality,
                       value) FROM STDIN"""
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        statement = """COPY assessment (time, received, frame_id, patient_no, model_version,
            plan_revision, risk, score, low, high, band, single_3, missing, assumed, late,
            in_episode) FROM STDIN"""
        with cursor.copy(statement) as copy:
            for at, arrival, frame, patient_no, one in scores:
                band = score.BANDS.index(one.band)
                key = (at, arrival, frame, patient_no, 1, 1, one.risk, one.score)
                copy.write_row((*key, one.low, one.high, band, 0, 0, 0, one.late, False))


def _now(
    conn: psycopg.Connection[Any],
    patient_no: int,
    at: datetime,
    values: dict[Metric, float],
    scored: Assessment,
) -> None:
    at_ms = int(at.timestamp() * 1000)
    latest = {
        metric.wire_name: {"t": at_ms, "v": value, "q": "ok", "device": None}
        for metric, value in values.items()
    }
    conn.execute(
        """INSERT INTO patient_now (patient_no, received, measured, news2_low, news2_high, risk,
                                    assessment, latest)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            patient_no,
            at,
            at,
            scored.low,
            scored.high,
            scored.risk,
            Jsonb(json.loads(assessment_json(scored))),
            Jsonb(latest),
        ),
    )


def seeded(database: Database, keys: Secrets, folder: Path, push_service: str) -> SeededWard:
    """Return a ward that is served and seeded; the caller stops ``running``.

    It may push to the service at that origin, and to no other.
    """
    notices = {
        "HOMEWARD_NOTICE_VAPID_KEY_FILE": str(keys.file("vapid.key")),
        "HOMEWARD_NOTICE_PUSH_HOSTS": push_service,
    }
    server = ApiServer(database=database, keys=keys, more=notices)
    running = Running(server=server, log=folder / f"api-{server.port}.log")
    running.start(60)
    ward = SeededWard(server=server, running=running)
    ward.seed()
    return ward
