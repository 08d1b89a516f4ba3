"""``make demo`` for half a minute: healthy, nothing lost, and what was scripted was raised."""

import json
import os
import subprocess
import sys

import pytest

from deploy.services.binaries import Binaries


@pytest.fixture(scope="module")
def output(binaries: Binaries) -> list[str]:
    assert binaries
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo"],
        env={**os.environ, "DEMO_SECONDS": "30"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_the_last_line_is_the_account(output: list[str]) -> None:
    account = json.loads(output[-1])
    frames, alerts = account["frames"], account["alerts"]
    assert account["healthy"] is True
    assert frames["sent"] > 200
    assert frames["stored"] == frames["sent"]
    assert frames["lost"] == frames["counted_twice"] == 0
    assert account["readings"] > 0
    assert alerts["expected"] >= 1
    assert alerts["missed"] == 0
    assert alerts["raised"] >= alerts["expected"]
    assert account["publish_to_stored_ms"]["p50"] > 0
    assert {"name", "minutes", "load_minutes"} == set(account["doctors"][0])


def test_it_tells_the_address_and_fresh_log_ins(output: list[str]) -> None:
    text = "\n".join(output)
    assert "http://127.0.0.1:" in text
    assert "not a medical device" in text
    for role in ("coordinator", "doctor", "nurse"):
        assert role in text
