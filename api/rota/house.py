"""The house as it stands: patients with what is expected of them, and who is and will be there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from api.rota.demands import BookedCall, PatientSeen, RotaWorker
from api.rota.expected import NOTHING_EXPECTED, outlooks
from api.rota.outlook import WardHours
from api.rota.questions import WardQuestion, patient_of, questions_of, worker_of
from api.rota.resources import told
from api.rota.settings import RotaSettings
from api.store import consultations, duty, outlook, plans, resources
from api.store.types import Conn, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everybody of every ward, at one moment.

    Attributes:
        now: ward time.
        settings: the site's settings.
        patients: those who are watched.
        present: who is on shift.
        coming: who is or will be within the outlook, one entry a shift.
        counted: alerts of the last weeks by ward and hour of the day.
        beds: beds, kits and equipment of every ward ...
        holders: ... and who has or waits for one.
    """

    now: datetime
    settings: RotaSettings
    patients: Sequence[PatientSeen]
    present: Sequence[RotaWorker]
    coming: Sequence[RotaWorker]
    counted: Mapping[str, Sequence[int]]
    beds: Sequence[Row]
    holders: Sequence[Row]

    def questions(self) -> dict[str, WardQuestion]:
        """Return what to ask the solver, ward by ward."""
        return questions_of(self.patients, self.present, self.now, self.settings)

    def question(self, ward: str) -> WardQuestion:
        """Return what one ward asks; empty if there is nobody."""
        return self.questions().get(ward, WardQuestion(doctors=[], demands=[], pinned={}))

    def resources(self, ward: str) -> list[dict[str, Any]]:
        """Return one ward's beds, kits and equipment as they are kept with a plan."""
        return told(
            [row for row in self.beds if row["ward"] == ward],
            self.holders,
            [one for one in self.patients if one.ward == ward],
            self.settings,
        )

    def hours(self, ward: str) -> WardHours:
        """Return what one ward asks hour by hour."""
        return WardHours(
            patients=[one for one in self.patients if one.ward == ward],
            people=[one for one in self.coming if one.ward == ward],
            counted=self.counted.get(ward),
            now=self.now,
            settings=self.settings,
        )


async def seen_house(conn: Conn, now: datetime, settings: RotaSettings) -> House:
    """Read the house, as far as whoever asks may see it."""
    seen_since = now - timedelta(minutes=settings.consultation_minutes)
    since = now - timedelta(days=settings.forecast_days)
    until = now + timedelta(hours=settings.outlook_hours + 1)
    booked = calls_of(await consultations.booked(conn, now, until))
    expected = outlooks(await outlook.patients(conn, since, now), now, settings)
    return House(
        now=now,
        settings=settings,
        patients=[
            replace(
                patient_of(row),
                outlook=expected.get(row["no"], NOTHING_EXPECTED),
                booked=booked.get(row["no"], ()),
            )
            for row in await plans.patients(conn, seen_since)
        ],
        present=[worker_of(row) for row in await duty.on_shift(conn, now)],
        coming=[worker_of(row) for row in await outlook.coming(conn, now, until)],
        counted=await outlook.by_hour(conn, since, now),
        beds=await resources.of_wards(conn, None),
        holders=await resources.holders(conn),
    )


def calls_of(rows: Iterable[Row]) -> dict[int, list[BookedCall]]:
    """Return the consultations that are booked, by patient number, each list in order."""
    found: dict[int, list[BookedCall]] = {}
    for row in rows:
        call = BookedCall(doctor=row["doctor_id"], start=row["start"], end=row["end"])
        found.setdefault(row["patient_no"], []).append(call)
    return found
