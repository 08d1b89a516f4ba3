"""Logs: JSON lines that hold no secrets, whatever falls over."""

import json
import logging

import pytest
import structlog

from api.telemetry import configure_logs


def test_a_traceback_tells_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    handlers = list(logging.getLogger().handlers)
    try:
        configure_logs()
        log = structlog.get_logger("test")

        def falls(password: str) -> None:
            raise RuntimeError(f"{len(password)} characters")

        try:
            falls("correct horse battery")
        except RuntimeError:
            log.exception("fell_over", part="x")
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers[:] = handlers
    line = capsys.readouterr().err.strip()
    told = json.loads(line)
    assert (told["event"], told["part"], told["level"]) == ("fell_over", "x", "error")
    assert "correct horse" not in line
    assert told["exception"][0]["exc_type"] == "RuntimeError"
