"""Traces leave the machine sealed or not at all."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from analytics.tracing.settings import TracingSettings


@pytest.mark.parametrize(
    "url",
    [
        "https://traces.example:4318/v1/traces",
        "http://127.0.0.1:4318/v1/traces",
        "http://[::1]:4318/v1/traces",
        "http://localhost:4318/v1/traces",
    ],
)
def test_tls_or_the_loopback(url: str) -> None:
    assert TracingSettings(url=url).url == url


@pytest.mark.parametrize(
    "url", ["http://traces.example:4318/v1/traces", "grpc://localhost", "localhost:4318", "x"]
)
def test_nothing_in_the_clear(url: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        TracingSettings(url=url)


def test_an_empty_address_is_none() -> None:
    assert TracingSettings(url="").url is None


def test_the_token_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("secret\n")
    assert TracingSettings(token_file=file).headers() == {"Authorization": "Bearer secret"}
    assert TracingSettings().headers() == {}
