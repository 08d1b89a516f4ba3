"""When a device that told its clock is told its unanswered commands again."""

from typing import TYPE_CHECKING, cast

import pytest

from gateway.admission.registry import Device
from gateway.downlink.commands import CommandDispatcher
from gateway.downlink.publisher import Downlink, Publisher
from gateway.state.devices import DeviceState
from gateway.store import commands
from gateway.store.commands import QueuedCommand

if TYPE_CHECKING:
    from psycopg import Connection

    from gateway.store.connection import Row

NOTHING = cast("Connection[Row]", None)
WAITING = QueuedCommand("c-1", 7, "message", {"text": "drink"}, 0, 10)


class Heard:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def command(self, _voice: Publisher, queued: QueuedCommand) -> bool:
        self.ids.append(queued.id)
        return True


def test_once_an_interval_and_only_what_told_its_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []
    waiting: list[QueuedCommand] = []

    def unanswered(_: object, devices: list[int], *_more: int) -> list[QueuedCommand]:
        asked.append(devices)
        return waiting

    monkeypatch.setattr(commands, "unanswered", unanswered)
    heard = Heard()
    sender = CommandDispatcher(
        cast("Downlink", heard), cast("Publisher", None), clock_ask_s=5.0, repeat_s=60.0
    )
    device = Device(7, "w-7", 1, revoked=False, bound_from_ms=None, bound_to_ms=None)
    state = DeviceState(device)
    assert sender.redeliver(NOTHING, [], 0.0, 5) == 0
    assert asked == []
    assert sender.redeliver(NOTHING, [state], 1.0, 5) == 0
    waiting.append(WAITING)
    assert sender.redeliver(NOTHING, [state, state], 2.0, 5) == 1
    assert sender.redeliver(NOTHING, [state], 61.9, 5) == 0
    assert sender.redeliver(NOTHING, [state], 62.0, 5) == 1
    assert heard.ids == ["c-1", "c-1"]
    assert asked == [[7], [7], [7]]
