"""A slot's id names its doctor and its beginning, and nothing else does."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from api.fhir.resources.rota import schedule_of, slot_key, slot_named, slot_of

DOCTOR = UUID("11111111-2222-4333-8444-555555555555")
START = datetime(2026, 12, 1, 8, 20, tzinfo=UTC)


def test_a_slots_id_is_read_as_it_was_written() -> None:
    key = slot_key(DOCTOR, START.astimezone(timezone(timedelta(hours=2))))
    assert key == "11111111-2222-4333-8444-555555555555-20261201T0820Z"
    assert len(key) <= 64
    assert slot_named(key) == (DOCTOR, START)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        str(DOCTOR),
        f"{DOCTOR}-",
        f"{DOCTOR}-20261301T0820Z",
        f"{DOCTOR}+20261201T0820Z",
        f"{DOCTOR}-20261201T820Z",
        f"{DOCTOR}-20261201T0820Z ",
        f"{str(DOCTOR).upper()}x-20261201T0820Z",
        f"{DOCTOR}-00001201T0820Z",
    ],
)
def test_what_is_no_slots_id_names_none(key: str) -> None:
    assert slot_named(key) is None


def test_who_does_not_work_has_a_schedule_without_a_horizon() -> None:
    row = {"id": DOCTOR, "name": "Dr A", "user_id": DOCTOR, "start": None, "end": None}
    told = schedule_of(row)
    assert (told["active"], "planningHorizon" in told) == (False, False)
    slot = slot_of(DOCTOR, START, START + timedelta(minutes=20), "free")
    assert slot["schedule"]["reference"] == f"Schedule/{told['id']}"
