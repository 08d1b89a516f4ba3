"""Which ward, by whose account, on which clock."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from device_sim.errors import StackUnreadable
from device_sim.options import SimulateOptions, Target
from device_sim.settings import SimulatorSettings, ward_clocks
from device_sim.ward.stack_file import read_stack

STACK = {
    "api": "http://127.0.0.1:1",
    "mqtt": {
        "host": "localhost",
        "port": 2,
        "ca_file": "ca",
        "fleet": {"host": "127.0.0.1", "port": 3, "username": "f", "password": "p"},
    },
    "database_url": "postgresql://",
    "admin": {"username": "a", "password": "b"},
    "pids": {},
}


def written(folder: Path, content: object) -> Path:
    path = folder / "stack.json"
    path.write_text(json.dumps(content))
    return path


def test_a_stack_file(tmp_path: Path) -> None:
    stack = read_stack(written(tmp_path, STACK | {"clock": None}))
    assert stack.mqtt.fleet is not None
    assert stack.mqtt.fleet.port == 3
    assert stack.clock is None
    clock = {"start": "2026-03-02T08:00:00+00:00", "rate": 600, "origin": 5.5}
    read = read_stack(written(tmp_path, STACK | {"clock": clock})).clock
    assert read is not None
    assert (read.start, read.rate) == (datetime(2026, 3, 2, 8, tzinfo=UTC), 600)


def test_what_is_given_by_hand_goes_before_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, STACK)
    ward = Target(stack=path, username="me", password="mine").from_options()  # noqa: S106 -- a test
    assert (ward.api, ward.admin.username) == ("http://127.0.0.1:1", "me")
    alone = Target(api="http://x", username="me", password="mine").from_options()  # noqa: S106 -- a test
    assert alone.mqtt.fleet is None


def test_unusable_targets_say_why(tmp_path: Path) -> None:
    with pytest.raises(StackUnreadable, match="--stack"):
        Target(api="http://x").from_options()
    with pytest.raises(StackUnreadable, match="homeward up"):
        Target(stack=tmp_path / "none.json").from_options()
    with pytest.raises(StackUnreadable, match="admin"):
        Target(stack=written(tmp_path, {"api": "x"})).from_options()


def test_the_ward_clock() -> None:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    clocks = ward_clocks(start, 600.0, 1000.0, lambda: 1002.5)
    assert clocks.ward_ms() == int(start.timestamp() * 1000) + 1_500_000
    assert ward_clocks(None, 1.0, 0.0, lambda: 12.5).ward_ms() == 12_500


def test_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOMEWARD_CLOCK_START", "2026-03-02T08:00:00Z")
    monkeypatch.setenv("HOMEWARD_CLOCK_RATE", "60")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    settings = SimulatorSettings()
    assert settings.clock_start == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert settings.cache_folder() == tmp_path / "homeward"
    monkeypatch.setenv("HOMEWARD_CLOCK_RATE", "0")
    with pytest.raises(ValidationError):
        SimulatorSettings()


def test_a_rate_is_for_the_whole_ward_in_real_time() -> None:
    options = SimulateOptions(target=Target(), patients=50, rate=100)
    assert options.interval_ms(1.0) == 500
    assert options.interval_ms(60.0) == 30_000
    assert SimulateOptions(target=Target(), interval_s=30).interval_ms(60.0) == 30_000
    assert options.event_count() == 5
    assert SimulateOptions(target=Target(), patients=3).event_count() == 1
    assert SimulateOptions(target=Target(), events=0).event_count() == 0
