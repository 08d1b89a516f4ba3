"""What a plan's work asks is told with it: skills, deadline, whether somebody must have it."""

from datetime import UTC, datetime
from typing import Any

from api.rota.needs import tell_needs

MADE = datetime(2026, 10, 24, 20, tzinfo=UTC)


def test_work_says_what_was_asked_of_the_solver_in_its_ward() -> None:
    told: list[dict[str, Any]] = [{"patient": one} for one in ("a", "b", "gone")]
    asked = [
        {"demands": [{"patient": "a", "skills": ["doctor"], "deadline_minutes": 90, "must": True}]},
        {"demands": [{"patient": "b", "skills": [], "deadline_minutes": None, "must": False}]},
        {},
    ]
    tell_needs(told, asked, MADE)
    nothing = {"skills": [], "deadline": None, "must": False}
    assert told == [
        {"patient": "a", "skills": ["doctor"], "deadline": "2026-10-24T21:30:00Z", "must": True},
        {"patient": "b", **nothing},
        {"patient": "gone", **nothing},
    ]
