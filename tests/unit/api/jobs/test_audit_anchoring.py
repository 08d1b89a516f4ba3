"""A head of the audit chain is signed once in each of the ward's days."""

from datetime import UTC, datetime

import pytest

from api.evidence.anchors import Anchor
from api.jobs.audit_anchoring import is_due


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-07-05T21:59", False),
        ("2026-07-05T22:00", True),  # midnight in Berlin
        ("2026-07-04T23:00", False),
    ],
)
def test_the_next_is_due_with_the_next_day(now: str, due: bool) -> None:  # noqa: FBT001
    at = datetime(2026, 7, 5, 6, tzinfo=UTC)
    newest = Anchor(at=at, id=1, hash="", signature="x")
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert is_due(moment, newest, "Europe/Berlin") is due
    assert is_due(moment, None, "Europe/Berlin")
