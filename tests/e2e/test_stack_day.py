"""The simulated day with few people and in a hurry: all of it befalls them, and holds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.day.verdict import INVARIANTS
from deploy.services.binaries import Binaries

WORDS = ["--patients", "8", "--hours", "2", "--rate", "360", "--interval", "60"]


@pytest.fixture(scope="module")
def day(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    assert binaries
    out = tmp_path_factory.mktemp("day")
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "deploy.day", *WORDS, "--out", str(out)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    account: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert account == json.loads((out / "day.json").read_text())
    assert "broker is back" in done.stdout
    return account, (Path(out) / "day.md").read_text()


def test_nothing_is_lost_doubled_or_paged_from_back_fill(
    day: tuple[dict[str, Any], str],
) -> None:
    account, _ = day
    assert account["invariants"] == dict.fromkeys(INVARIANTS, 0)
    assert account["frames"]["stored"] == account["frames"]["sent"] > 0


def test_the_doctor_who_was_ill_has_no_patient_any_more(day: tuple[dict[str, Any], str]) -> None:
    account, _ = day
    assert account["ill"]["name"] == "doctor-day-1"
    assert account["ill"]["freed_s"] is not None


def test_what_was_scripted_is_told_with_what_it_met(day: tuple[dict[str, Any], str]) -> None:
    account, text = day
    assert len(account["stories"]) == 1 + 1  # the outbreak's, and another
    for one in account["stories"]:
        assert one["scenario"].replace("_", " ") in text
    assert "| all clinical |" in text
    assert "| frames lost | 0 |" in text
