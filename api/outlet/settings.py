"""What a site may set of its outlet: ``HOMEWARD_OUTLET_`` + the name, in capitals."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SUBJECTS = "homeward.v1"
"""What every subject begins with; the number is raised when a message changes its meaning."""


class OutletSettings(BaseSettings):
    """Settings of the outlet; without an address there is none.

    Attributes:
        url: addresses of the NATS servers, comma separated: ``tls://host:port``; ``nats://`` in
            the clear on the loopback alone.
        user: account there; none without a name.
        password_file: its password.
        ca_file: authority of the servers' certificates (PEM); None: those the machine trusts.
        site: which ward speaks, a part of each subject and id.
        stream: the JetStream stream that takes it; made if it is not there.
        remember_s: seconds for which a stream made here knows ids again, so that what is sent
            twice is kept once (proposed).
        keep_days: how long a stream made here keeps messages (proposed).
        wait_hours: what no server took is told no more after so many real hours, and a gap is told
            in its place (proposed).
        answer_s: real seconds that a server may take to answer.
        tick_s: real seconds between looks for news.
        at_once: frames and alerts told in one go.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_OUTLET_", extra="ignore")

    url: str | None = None
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    site: str = Field(default="ward", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    stream: str = Field(default="HOMEWARD", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    remember_s: float = Field(default=600.0, ge=1)
    keep_days: float = Field(default=30.0, gt=0)
    wait_hours: float = Field(default=168.0, gt=0)
    answer_s: float = Field(default=10.0, gt=0, le=60)
    tick_s: float = Field(default=1.0, gt=0)
    at_once: int = Field(default=500, ge=1, le=2_000)

    @field_validator("url")
    @classmethod
    def _sealed(cls, url: str | None) -> str | None:
        for one in (url or "").split(","):
            place = urlsplit(one.strip())
            if url and place.scheme != "tls" and not _is_here(place.scheme, place.hostname):
                raise ValueError("must be tls://host:port (nats:// on the loopback alone)")
        return url or None

    @property
    def wait_s(self) -> float:
        """Real seconds for which anything waits for a server."""
        return self.wait_hours * 3_600

    def servers(self) -> list[str]:
        """Return the servers' addresses."""
        return [one.strip() for one in (self.url or "").split(",") if one.strip()]

    def password(self) -> str | None:
        """Return the account's password, None without a file."""
        return None if self.password_file is None else self.password_file.read_text().strip()

    def subject(self, kind: str, patient: str) -> str:
        """Return what is told of one patient, ``*`` any kind; ``-`` stands for no patient."""
        return f"{SUBJECTS}.{self.site}.{kind}.{patient}"


def _is_here(scheme: str, host: str | None) -> bool:
    if scheme != "nats" or host is None:
        return False
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
