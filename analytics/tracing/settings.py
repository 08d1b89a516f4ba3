"""The environment as tracing sees it: ``HOMEWARD_TRACING_`` + the name, in capitals."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class TracingSettings(BaseSettings):
    """Settings of traces; without an address there are none.

    Attributes:
        url: where the collector takes traces (OTLP over HTTP): ``https://host:4318/v1/traces``;
            ``http://`` on the loopback alone.
        ca_file: authority of the collector's certificate (PEM); None: those the machine trusts.
        token_file: a token that the collector asks for, told as ``Authorization: Bearer``.
        site: which ward speaks; the same for its gateways and APIs, another for each database.
        share: of the frames that lead to nothing, this share is followed, chosen by their numbers
            (proposed); frames that lead to a finding are followed always.
        waiting: spans that wait for the collector at most; beyond them the oldest are lost.
        every_s: real seconds between two tellings.
        answer_s: real seconds that the collector may take to answer.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_TRACING_", extra="ignore")

    url: str | None = None
    ca_file: Path | None = None
    token_file: Path | None = None
    site: str = Field(default="ward", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    share: float = Field(default=0.01, ge=0, le=1)
    waiting: int = Field(default=8_192, ge=512)
    every_s: float = Field(default=5.0, gt=0)
    answer_s: float = Field(default=5.0, gt=0, le=60)

    @field_validator("url")
    @classmethod
    def _sealed(cls, url: str | None) -> str | None:
        place = urlsplit(url or "")
        if url and place.scheme != "https" and not _is_here(place.scheme, place.hostname):
            raise ValueError("must be https://host:port/path (http:// on the loopback alone)")
        return url or None

    def headers(self) -> dict[str, str]:
        """What each request bears."""
        if self.token_file is None:
            return {}
        return {"Authorization": f"Bearer {self.token_file.read_text().strip()}"}


def _is_here(scheme: str, host: str | None) -> bool:
    if scheme != "http" or host is None:
        return False
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
