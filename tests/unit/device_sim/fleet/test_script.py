"""A script names each patient at most once, and a mistake in it by its line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from device_sim.errors import ScriptInvalid
from device_sim.fleet.script import ScriptLine, read_script, write_script
from device_sim.patients.scenarios import ScenarioEvent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "script.jsonl"
    write_script(path, [ScriptLine(patient=2, kind="sepsis", at=NOON)])
    onset_ms = int(NOON.timestamp() * 1000)
    assert read_script(path, 3) == {2: ScenarioEvent(kind="sepsis", onset_ms=onset_ms)}


@pytest.mark.parametrize(
    "line",
    [
        '{"patient": 3, "kind": "sepsis", "at": "2026-03-02T12:00:00Z"}',
        '{"patient": -1, "kind": "sepsis", "at": "2026-03-02T12:00:00Z"}',
        '{"patient": 0, "kind": "flu", "at": "2026-03-02T12:00:00Z"}',
        '{"patient": 0, "kind": "sepsis", "at": "2026-03-02T12:00:00"}',
        '{"patient": 0, "kind": "sepsis", "at": "noon"}',
        '{"patient": 0, "kind": "sepsis", "when": "2026-03-02T12:00:00Z"}',
        "sepsis",
        '{"patient": 1, "kind": "bleed", "at": "2026-03-02T12:00:00Z"}',
    ],
)
def test_a_mistake_is_told_with_its_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "script.jsonl"
    good = '{"patient": 1, "kind": "bleed", "at": "2026-03-02T12:00:00Z"}'
    path.write_text(f"{good}\n{line}\n")
    with pytest.raises(ScriptInvalid, match=r"script\.jsonl, line 2: "):
        read_script(path, 3)


def test_a_script_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScriptInvalid, match="No such file"):
        read_script(tmp_path / "none", 3)
