"""The environment as ``homeward hl7`` sees it, beside the API's own settings."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Hl7Settings(BaseSettings):
    """Settings of the HL7 program; each is the variable ``HOMEWARD_HL7_`` + its name.

    Attributes:
        key_file: keys of machine accounts, one a line: one for each ward that is fed.
        host: address to listen on; any but a loopback one needs TLS with client certificates.
        port: port to listen on; None takes nothing in.
        cert_file: own certificate (PEM), by which the listener and the sender are known.
        private_key_file: its private key (PEM).
        ca_file: authority (PEM) of the other systems' certificates.
        authority: assigning authority (CX.4) of the patient identifier that counts; empty: the
            first of type MR, else the first.
        wards: where a point of care (PV1-3.1) lies, ``CARD-H=main,PULM-H=lung``; a point that bears
            the name of a ward need not be named.
        encoding: of messages that do not say theirs in MSH-18.
        max_bytes: the longest message.
        connections: so many at once.
        idle_s: real seconds without a message after which a connection is closed.
        keep_days: so long it is remembered what was taken and kept what was refused.
        out_host: where results go; None sends none.
        out_port: and to which port.
        out_tls: whether by TLS.
        out_every_s: real seconds between two looks for new results.
        out_answer_s: real seconds in which each must be acknowledged.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_HL7_", extra="ignore")

    key_file: Path
    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)
    cert_file: Path | None = None
    private_key_file: Path | None = None
    ca_file: Path | None = None
    authority: str = ""
    wards: str = ""
    encoding: str = "utf-8"
    max_bytes: int = Field(default=262_144, ge=1_024, le=16_777_216)
    connections: int = Field(default=20, ge=1, le=1_000)
    idle_s: float = Field(default=3_600.0, gt=0)
    keep_days: int = Field(default=30, ge=1, le=400)
    out_host: str | None = None
    out_port: int = Field(default=2575, ge=1, le=65535)
    out_tls: bool = True
    out_every_s: float = Field(default=60.0, gt=0)
    out_answer_s: float = Field(default=30.0, gt=0)

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        files = (self.cert_file, self.private_key_file, self.ca_file)
        if any(files) and not all(files):
            raise ValueError("TLS needs cert_file, private_key_file and ca_file")
        if self.port is not None and not all(files) and not _loopback(self.host):
            raise ValueError("an address other than a loopback one needs TLS: name its files")
        if self.out_host is not None and not (
            all(files) if self.out_tls else _loopback(self.out_host)
        ):
            raise ValueError("results go out by TLS, or to a loopback address")
        if self.port is None and self.out_host is None:
            raise ValueError("name a port to listen on, or a host that results go to")
        self.places()
        return self

    def places(self) -> dict[str, str]:
        """Return the ward of each point of care that has another name.

        Raises:
            ValueError: it is not written as ``point=ward``.
        """
        found = {}
        for part in filter(None, (one.strip() for one in self.wards.split(","))):
            place, sign, ward = (one.strip() for one in part.partition("="))
            if not (place and sign and ward):
                raise ValueError("wards is written CARD-H=main,PULM-H=lung")
            found[place] = ward
        return found


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
