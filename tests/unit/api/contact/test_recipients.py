"""Who is told that a patient has written: by the plan, by the team, by the ward, by those above."""

from typing import Any
from uuid import UUID

from api.contact.recipients import PeopleThere

PLANNED, TEAM, NURSE, AWAY = (UUID(int=n) for n in range(1, 5))
CARLA, ADMIN, SELF = (UUID(int=n) for n in range(11, 14))


def at_work(doctor: UUID, *, kind: str = "doctor", ward: str = "main") -> dict[str, Any]:
    return {"id": doctor, "kind": kind, "ward": ward, "user_id": UUID(int=doctor.int + 100)}


def user(doctor: UUID) -> UUID:
    return UUID(int=doctor.int + 100)


COORDINATORS = [
    {"id": CARLA, "role": "coordinator", "ward": "main"},
    {"id": ADMIN, "role": "admin", "ward": "main"},
]
WRITTEN = {"patient_no": 7, "ward": "main", "by_patient": True, "overdue": False}


def house(*on_shift: dict[str, Any]) -> PeopleThere:
    return PeopleThere(
        on_shift=on_shift,
        planned={7: PLANNED},
        teams={7: [user(TEAM)]},
        own={7: [SELF]},
        coordinators=COORDINATORS,
    )


def test_whoever_has_the_patient_is_told_then_the_team_then_the_nurses() -> None:
    planned, team = at_work(PLANNED), at_work(TEAM)
    nurse = at_work(NURSE, kind="nurse")
    assert house(planned, team, nurse).recipients_of(WRITTEN) == [user(PLANNED)]
    assert house(team, nurse).recipients_of(WRITTEN) == [user(TEAM)]
    assert house(nurse, at_work(AWAY)).recipients_of(WRITTEN) == [user(NURSE)]


def test_where_nobody_of_the_ward_is_at_work_the_coordinators_are_told() -> None:
    elsewhere = at_work(PLANNED, ward="b")
    assert house(elsewhere).recipients_of(WRITTEN) == [CARLA]
    assert house().recipients_of({**WRITTEN, "ward": "b"}) == [ADMIN]


def test_what_has_waited_too_long_is_the_coordinators() -> None:
    assert house(at_work(PLANNED)).recipients_of({**WRITTEN, "overdue": True}) == [CARLA]


def test_what_the_ward_writes_is_told_to_the_patient_alone() -> None:
    assert house(at_work(PLANNED)).recipients_of({**WRITTEN, "by_patient": False}) == [SELF]
