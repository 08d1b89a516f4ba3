"""Whoever does not answer is cut, and a worker that does not go on is taken for dead."""

import socket
import time
from pathlib import Path
from uuid import uuid4

import pytest

from gateway.broker import session
from gateway.broker.session import BrokerSession
from gateway.ownership.lease import GroupLease
from gateway.settings import GatewaySettings
from gateway.store.stall_guard import StallGuard
from gateway.telemetry import Health, Metrics, pages


class Asked:
    """A connection that is asked something."""

    def __init__(self, since_s: float | None) -> None:
        self.busy_since = since_s
        self.cut = 0

    def abort(self) -> None:
        self.cut += 1


def test_what_waits_too_long_is_cut_each_by_its_own_time() -> None:
    commit, beat, idle, closed = Asked(100.0), Asked(100.0), Asked(None), Asked(1.0)
    watchdog = StallGuard()
    for one, most_s in ((commit, 60.0), (beat, 5.0), (idle, 1.0), (closed, 1.0)):
        watchdog.watch(one, most_s)
    watchdog.unwatch(closed)
    watchdog.look(106.0)
    assert [one.cut for one in (commit, beat, idle, closed)] == [0, 1, 0, 0]
    watchdog.look(161.0)
    assert commit.cut == 1


def test_the_watchdog_looks_by_itself() -> None:
    hung = Asked(time.monotonic() - 9.0)
    watchdog = StallGuard()
    watchdog.watch(hung, 5.0)
    watchdog.start()
    deadline = time.monotonic() + 5.0
    while not hung.cut and time.monotonic() < deadline:
        time.sleep(0.01)
    watchdog.close()
    assert hung.cut


def test_a_worker_that_does_not_go_on_is_stuck_and_says_so() -> None:
    health = Health(stuck_s=0.05)
    page = pages(Metrics(), health)["/healthz"]
    assert page()[0] == 200
    health.turns(pause_s=0.1)
    time.sleep(0.1)
    assert health.stuck == ""
    time.sleep(0.1)
    assert page()[0] == 503
    assert b"nothing has moved" in page()[2]
    health.turns()
    assert page()[0] == 200


def test_a_broker_that_does_not_answer_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the connection and says nothing, as one that has stopped does."""
    monkeypatch.setattr(session, "LEAVE_S", 0.5)
    for name in ("sign", "box"):
        (tmp_path / name).write_bytes(bytes(32))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings = GatewaySettings(
            database_url="postgresql://nowhere",
            gateway_sign_key_file=tmp_path / "sign",
            gateway_box_key_file=tmp_path / "box",
            mqtt_url=f"mqtt://127.0.0.1:{mute.getsockname()[1]}",
        )
        claim = GroupLease(uuid4(), 0)
        line = BrokerSession(settings, claim, lambda *_: None)
        began = time.monotonic()
        for _ in range(3):
            line.ensure_connected()
        assert time.monotonic() - began < 1.0
        mute.accept()[0].close()  # it had begun to connect
        line.ensure_connected()
        line.close()
        assert time.monotonic() - began < 5.0
    assert line.messenger is None
