"""What is signed has one hash, and any other word another."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.consult.signature import signed_hash

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGNED: dict[str, Any] = {"notes": "quiet", "summary": "Better.", "follow_up": ["weigh", "walk"]}


def hashed(by: int = 2, **more: Any) -> str:  # noqa: ANN401 - words of any kind
    return signed_hash(UUID(int=1), UUID(int=by), AT, **{**SIGNED, **more}).hex()


def test_the_hash_is_of_every_word_and_of_who_signs() -> None:
    assert hashed() == hashed()
    others = {
        hashed(by=3),
        hashed(notes=None),
        hashed(summary="Better"),
        hashed(follow_up=["weigh"]),
        hashed(follow_up=["weigh, walk"]),
    }
    assert len(others | {hashed()}) == 6
