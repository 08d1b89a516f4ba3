"""A person's list: the most pressing deadline first, with when it would be done and why."""

from datetime import UTC, datetime
from typing import Any

from api.rota.worklist import worklists

MADE = datetime(2026, 3, 2, 12, tzinfo=UTC)


def lists(*asked: tuple[str, float, int, float | None]) -> list[dict[str, Any]]:
    demands = [
        {"patient": who, "minutes": minutes, "acuity": acuity, "deadline_minutes": deadline}
        for who, minutes, acuity, deadline in asked
    ]
    answer = {
        "loads": [
            {"doctor": "d", "minutes": 96.0, "reserve_minutes": 24.0},
            {"doctor": "idle", "minutes": 48.0},
        ],
        "assignments": [
            {"patient": one["patient"], "doctor": "d", "minutes": one["minutes"]}
            | {"later_minutes": 2.5}
            for one in demands
        ],
    }
    return worklists({"demands": demands}, answer, MADE)


def test_work_is_in_the_order_of_deadlines_with_its_reason() -> None:
    [mine, idle] = lists(
        ("looks", 2, 0, None), ("review", 10, 1, 240), ("urgent", 12, 5, 60), ("worst", 30, 8, 30)
    )
    assert [(one["patient"], one["why"]) for one in mine["items"]] == [
        ("worst", "emergency: within 30 min"),
        ("urgent", "urgent: within 60 min"),
        ("review", "review: within 240 min"),
        ("looks", "routine: after what has a deadline"),
    ]
    assert [one["start"] for one in mine["items"]] == [
        "2026-03-02T12:00:00Z",
        "2026-03-02T12:30:00Z",
        "2026-03-02T12:42:00Z",
        "2026-03-02T12:52:00Z",
    ]
    assert (mine["until"], mine["later_minutes"]) == ("2026-03-02T14:00:00Z", 10.0)
    assert (idle["items"], idle["later_minutes"]) == ([], 0)


def test_what_would_be_late_says_so_and_of_equals_the_more_acute_is_first() -> None:
    [mine, _] = lists(("five", 40, 5, 60), ("six", 40, 6, 60))
    assert [(one["patient"], one["late"]) for one in mine["items"]] == [
        ("six", False),
        ("five", True),
    ]
