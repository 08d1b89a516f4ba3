"""What is signed has one hash, and any other word another."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.consult.signature import concluded_hash, signed_hash

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


def concluded(by: int = 2, **more: str) -> str:
    words = {"question": "The heart?", "conclusion": "The lungs.", **more}
    return concluded_hash(UUID(int=1), UUID(int=by), AT, **words).hex()


def test_a_conclusion_is_signed_with_the_question_that_it_answers() -> None:
    assert concluded() == concluded()
    others = {concluded(by=3), concluded(question="The liver?"), concluded(conclusion="No.")}
    assert len(others | {concluded(), hashed()}) == 5
