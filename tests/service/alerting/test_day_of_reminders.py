"""A day of a plan, lived in steps of ten minutes: reminded, again, confirmed; and its adherence.

``pytest -rP`` on this file prints the day.
"""

# ruff: noqa: T201 - the day is printed

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import httpx2
import psycopg
from psycopg.types.json import Jsonb

from api.alerting.home_tasks_due import keep_tasks
from api.alerting.settings import AlertingSettings
from api.vault.personal_data import Personal
from tests.support.ward import Patient, Person, Ward, story

ZONE = ZoneInfo("Asia/Shanghai")
STEP = timedelta(minutes=10)
DAY_BEFORE = (datetime.now(UTC).astimezone(ZONE) - timedelta(days=2)).date()
PLAN = {
    "condition": "heart_failure",
    "title": "Dry feet by June",
    "goals": [],
    "tasks": [
        {"kind": "measure", "subject": "weight", "words": "Weigh yourself", "times": ["07:00"]},
        {"kind": "walk", "words": "Walk to the gate", "times": ["10:00"]},
        {"kind": "answer", "subject": "pain", "words": "Say how it hurts", "times": ["18:00"]},
        {"kind": "measure", "subject": "sbp", "words": "Your pressure", "times": ["20:00"]},
    ],
    "medicines": [{"text": "Torasemide 10 mg", "times": ["08:00", "13:00", "20:00"]}],
    "education": [],
    "review_on": "2090-01-01",
}
READ = {"06:30": "weight", "20:20": "sbp"}
"""When a device sends what."""
SAID = {
    "08:10": ("take", "08:00", "done"),
    "10:40": ("walk", "10:00", "skipped"),
    "18:40": ("answer", "18:00", "done"),
    "22:00": ("take", "20:00", "done"),
}
"""When the patient says what became of what."""
BECAME = {
    ("measure", "07:00"): ("done", 0),
    ("take", "08:00"): ("done", 1),
    ("walk", "10:00"): ("skipped", 2),
    ("take", "13:00"): ("missed", 3),
    ("answer", "18:00"): ("done", 2),
    ("measure", "20:00"): ("done", 1),
    ("take", "20:00"): ("done", 3),
}
"""What is to come of each: its state, and how often it was reminded of."""


def at(clock: str) -> datetime:
    """A time of that day by the person's own clock."""
    return datetime.combine(DAY_BEFORE, time.fromisoformat(clock), ZONE)


class Day:
    """One patient, their doctor, and their plan, begun the evening before."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self.patient: Patient = ward.patient()
        ward.call_it(self.patient, Personal(name="Ada Byron"))
        self.doctor: Person = ward.doctor("Ann")
        self.own: Person = ward.user("patient", patient=self.patient)
        ward.care_team(self.patient, self.doctor)
        ward.device(self.patient, {"weight": 86_400, "sbp": 43_200})
        ward.sql.execute("UPDATE patient SET time_zone = 'Asia/Shanghai'")

    async def begin(self, api: httpx2.AsyncClient) -> None:
        path = f"/patients/{self.patient.id}/plans"
        made = await api.post(path, headers=self.doctor.headers, json=PLAN)
        assert made.status_code == 201, made.text
        begun = at("05:00")
        self.ward.sql.execute("UPDATE home_plan SET begun_at = %s", (begun,))
        for row in self.ward.all("SELECT id, times FROM home_task"):
            first = datetime.combine(DAY_BEFORE, min(row["times"]), ZONE)
            self.ward.sql.execute(
                "UPDATE home_task SET next_at = %s WHERE id = %s", (first, row["id"])
            )

    def measure(self, metric: str, when: datetime) -> None:
        ms = int(when.timestamp() * 1000)
        self.ward.sql.execute(
            """INSERT INTO patient_now (patient_no, received, latest) VALUES (%s, %s, %s)
               ON CONFLICT (patient_no) DO UPDATE SET latest = patient_now.latest
                   || excluded.latest""",
            (self.patient.no, when, Jsonb({metric: {"t": ms, "g": ms, "v": 70, "q": "ok"}})),
        )

    async def say(self, api: httpx2.AsyncClient, kind: str, due: str, state: str, now: str) -> None:
        [row] = self.ward.all("SELECT id FROM home_task WHERE kind = %s", kind)
        body = {"due_at": at(due).isoformat(), "state": state, "at": at(now).isoformat()}
        path = f"/me/tasks/{row['id']}/answer"
        said = await api.post(path, headers=self.own.headers, json=body)
        assert said.status_code == 200, said.text

    def became(self) -> dict[tuple[str, str], tuple[str, int]]:
        rows = self.ward.all(
            """SELECT t.kind, d.due_at, d.state, d.reminders FROM home_task_due d
                 JOIN home_task t ON t.id = d.task_id ORDER BY d.due_at, t.position"""
        )
        return {
            (row["kind"], f"{row['due_at'].astimezone(ZONE):%H:%M}"): (
                row["state"],
                row["reminders"],
            )
            for row in rows
        }


def shown(ward: Ward) -> list[str]:
    """What the device was told to show so far."""
    rows = ward.all("SELECT args FROM command WHERE command = 'message' ORDER BY issued, id")
    return [row["args"].get("text") or "(told before)" for row in rows]


async def lived(day: Day, api: httpx2.AsyncClient, conn: psycopg.AsyncConnection[object]) -> int:
    """Live the day; how many reminders went out."""
    told, now, settings = 0, at("06:00"), AlertingSettings()
    while now < at("23:50") + timedelta(hours=6):
        clock = f"{now:%H:%M}"
        if clock in READ:
            day.measure(READ[clock], now)
        if clock in SAID:
            await day.say(api, *SAID[clock], clock)
            print(f"{clock} the patient says: {' '.join(SAID[clock])}")
        people = await keep_tasks(conn, now, settings)  # type: ignore[arg-type]  # rows differ
        if people:
            told += people
            print(f"{clock} reminded: {shown(day.ward)[-1]}")
        now += STEP
    return told


def test_a_day_of_reminders_ends_in_its_adherence(ward: Ward) -> None:
    day = Day(ward)

    async def main() -> None:
        async with ward.api() as api, ward.engine() as conn:
            await day.begin(api)
            told = await lived(day, api, conn)
            assert day.became() == BECAME
            assert told == 11, "what is due at one time is one reminder"
            assert "Torasemide" not in " ".join(shown(ward))
            path = f"/patients/{day.patient.id}/plans"
            [plan] = (await api.get(path, headers=day.doctor.headers)).json()["items"]
            drawn = {one["words"]: one["adherence"] for one in plan["tasks"]}
            assert drawn == {
                "Weigh yourself": 1.0,
                "Walk to the gate": 0.0,
                "Say how it hurts": 1.0,
                "Your pressure": 1.0,
                "Torasemide 10 mg": 2 / 3,
            }
            states = Counter(state for state, _ in day.became().values())
            print(f"{told} reminders of {len(BECAME)} tasks: {dict(states)}; adherence {drawn}")

    story(main())
