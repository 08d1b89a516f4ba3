"""When a device that told its clock is told its unanswered commands again."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from analytics.risk import PopulationModel
from gateway.batch import Batch, FrameIds
from gateway.commands import Speaker, Voice
from gateway.devices import DeviceState
from gateway.registry import Device, Registry
from gateway.rules import rules_of
from gateway.sending import Sender
from gateway.settings import GatewaySettings
from gateway.store import outgoing
from gateway.store.outgoing import QueuedCommand

if TYPE_CHECKING:
    from psycopg import Connection

    from gateway.store.session import Row

NOTHING = cast("Connection[Row]", None)
WAITING = QueuedCommand("c-1", 7, "message", {"text": "drink"}, 0, 10)


class Heard:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def command(self, _voice: Voice, queued: QueuedCommand) -> bool:
        self.ids.append(queued.id)
        return True


def batch(now_s: float, *greeted: DeviceState) -> Batch:
    made = Batch(
        now_ms=5,
        now_s=now_s,
        registry=Registry(),
        population=PopulationModel.initial(),
        in_episode=frozenset(),
        ids=FrameIds(),
    )
    made.greeted.extend(greeted)
    return made


def test_once_an_interval_and_only_what_told_its_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    waiting: list[QueuedCommand] = []

    def unanswered(_: object, devices: list[int], *_more: int) -> list[QueuedCommand]:
        asked.append(devices)
        return waiting

    monkeypatch.setattr(outgoing, "unanswered", unanswered)
    heard = Heard()
    files = {"gateway_sign_key_file": Path("s"), "gateway_box_key_file": Path("b")}
    rules = rules_of(GatewaySettings(database_url="x", **files))
    sender = Sender(cast("Speaker", heard), cast("Voice", None), rules)
    device = Device(7, "w-7", 1, revoked=False, bound_from_ms=None, bound_to_ms=None)
    state = DeviceState(device)
    assert sender.repeat(NOTHING, batch(0.0)) == 0
    assert asked == []
    assert sender.repeat(NOTHING, batch(1.0, state)) == 0
    waiting.append(WAITING)
    assert sender.repeat(NOTHING, batch(2.0, state, state)) == 1
    assert sender.repeat(NOTHING, batch(61.9, state)) == 0
    assert sender.repeat(NOTHING, batch(62.0, state)) == 1
    assert heard.ids == ["c-1", "c-1"]
    assert asked == [[7], [7], [7]]
