"""Off by default, and then neither SDK nor exporter is even imported."""

import subprocess
import sys

import pytest

from analytics.tracing.settings import TracingSettings
from analytics.tracing.switch import tracer_of

_ASK = """
import sys
import api.app, gateway.__main__
from analytics.tracing.switch import tracer_of
assert tracer_of("gateway") is None and tracer_of("api") is None
dear = ("opentelemetry.sdk", "opentelemetry.exporter", "analytics.tracing.exporter")
found = [name for name in sys.modules if name.startswith(dear)]
assert not found, found
"""


def test_who_names_no_collector_pays_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOMEWARD_TRACING_URL", raising=False)
    subprocess.run([sys.executable, "-c", _ASK], check=True, timeout=60)  # noqa: S603 - our own


def test_who_names_one_has_a_tracer() -> None:
    tracer = tracer_of("api", TracingSettings(url="http://127.0.0.1:9/v1/traces", share=1.0))
    assert tracer is not None
    assert tracer.follows(7)
    tracer.close()
