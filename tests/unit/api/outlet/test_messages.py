"""What the outlet tells, against the document that outsiders read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import ValidationError

from api.outlet import messages
from api.outlet.settings import OutletSettings

DOCUMENT = json.loads((Path(__file__).parents[4] / "docs" / "outlet.asyncapi.json").read_text())
KINDS = {
    "readings": messages.ReadingsTold,
    "assessment": messages.ScoreTold,
    "alert": messages.AlertTold,
    "erased": messages.ErasedTold,
    "gap": messages.GapTold,
}
PATIENT, AT = UUID(int=7), datetime(2026, 3, 2, 8, 0, 0, 250_000, UTC)
SETTINGS = OutletSettings(site="north")


def row(kind: str, number: int = 5, **more: object) -> dict[str, Any]:
    held = {"id": number, "at": AT, "kind": kind, "patient_no": 1, "frame_id": 9, "ward": "main"}
    return held | {"patient": PATIENT, "first": AT, "last": AT} | more


READING = {
    "id": 5,
    "time": AT,
    "received": AT,
    "metric": 2,
    "value": 91.5,
    "quality": 4,
    "device": "watch-3",
    "by_person": False,
    "entered_in_error": False,
}
SCORE = {
    "id": 5,
    "time": AT,
    "received": AT,
    "score": None,
    "low": 3,
    "high": 6,
    "band": 2,
    "risk": None,
    "model_version": 1,
    "plan_revision": 2,
    "late": False,
    "superseded": False,
}
EVENT = {
    "stream_id": 12,
    "patient": None,
    "ward": "main",
    "alert": UUID(int=1),
    "at": AT,
    "event": "alert.raised",
    "change": "raised",
    "condition": "coverage",
    "kind": "technical",
    "priority": "low",
    "state": "open",
    "level": "coordinator",
    "call": False,
    "historic": False,
    "started_at": AT,
    "measured_at": None,
    "raised_at": AT,
    "closed_at": None,
    "outcome": None,
}


def all_kinds() -> list[messages.OutletMessage]:
    rows = [row("frame"), row("erased", 6), row("gap", 7, patient=None)]
    frames = messages.of_frames(SETTINGS, rows, {5: [READING]}, {5: [SCORE]})
    return frames + messages.of_alerts(SETTINGS, [EVENT])


def test_the_document_says_what_is_told() -> None:
    _, made = msgspec.json.schema_components(
        list(KINDS.values()), ref_template="#/components/schemas/{name}"
    )
    assert DOCUMENT["components"]["schemas"] == made
    assert set(DOCUMENT["channels"]) == set(KINDS)


@pytest.mark.parametrize("message", all_kinds(), ids=lambda one: one.kind)
def test_each_message_is_as_its_channel_says(message: messages.OutletMessage) -> None:
    channel = DOCUMENT["channels"][message.kind]
    begins = channel["address"].replace("{site}", "north").removesuffix("{patient}")
    assert message.subject.startswith(begins)
    schema = DOCUMENT["components"]["messages"][message.kind]["payload"] | DOCUMENT
    Draft202012Validator(schema).validate(json.loads(message.body))
    assert json.loads(message.body)["id"] == message.id


def test_nobody_of_whom_nothing_is_known_any_more_is_told_of() -> None:
    assert messages.of_frames(SETTINGS, [row("frame", patient=None)], {5: [READING]}, {}) == []


def test_an_id_is_the_rows_and_stays_the_same() -> None:
    ids = [one.id for one in all_kinds()]
    assert ids == [one.id for one in all_kinds()]
    assert len(set(ids)) == len(ids) == 5
    restored = messages.of_frames(
        SETTINGS, [row("erased", 6, at=AT.replace(microsecond=0))], {}, {}
    )
    assert restored[0].id not in ids


def test_what_the_stream_holds_of_a_person_goes_before_the_erasure_is_told() -> None:
    (erased,) = messages.of_frames(SETTINGS, [row("erased")], {}, {})
    assert erased.forget == f"homeward.v1.north.*.{PATIENT}"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("tls://nats.example.org:4222", True),
        ("nats://127.0.0.1:4222", True),
        ("nats://localhost:4222, tls://nats.example.org:4222", True),
        ("nats://nats.example.org:4222", False),
        ("tls://a.example.org:4222,nats://b.example.org:4222", False),
        ("http://127.0.0.1", False),
    ],
)
def test_nothing_goes_over_a_network_in_the_clear(url: str, good: bool) -> None:  # noqa: FBT001
    if good:
        assert OutletSettings(url=url).servers()
    else:
        with pytest.raises(ValidationError):
            OutletSettings(url=url)
