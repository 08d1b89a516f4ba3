"""The environment as this package sees it: the only module of ``deploy`` that reads it."""

import os
from datetime import datetime
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from analytics.domain.clock import WardClock


class StackSettings(BaseSettings):
    """Settings of the embedded stack and of the tests' servers; every one is optional.

    Attributes:
        database_url: an existing PostgreSQL (owner's login) to use in place of a private one.
        mqtt_url: an existing broker to use in place of a private one.
        admin_password: the first admin's password; made on first start when absent.
        demo_seconds: how long ``make demo`` runs; 0 runs until it is stopped.
        hang_s: real seconds without an answer after which a part of the stack is started anew.
        backups: folder of backups (``homeward up --backups``); None keeps none.
        backup_hours: a copy of the whole database is taken when the newest is so old.
        backup_keep: so many copies are kept, and the log since the oldest of them.
        backup_wal_s: what was committed is in the backups after so many real seconds at most.
        cache_home: the user's cache folder (``XDG_CACHE_HOME``).
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_", extra="ignore")

    database_url: str | None = None
    mqtt_url: str | None = None
    admin_password: SecretStr | None = None
    demo_seconds: float = Field(default=0.0, validation_alias="DEMO_SECONDS", ge=0)
    hang_s: float = Field(default=30.0, gt=0)
    backups: Path | None = None
    backup_hours: float = Field(default=24.0, gt=0)
    backup_keep: int = Field(default=7, ge=1)
    backup_wal_s: float = Field(default=60.0, ge=1)
    cache_home: Path | None = Field(default=None, validation_alias="XDG_CACHE_HOME")


class DatabaseSettings(BaseSettings):
    """What a command needs that works on an existing database.

    Attributes:
        database_url: the owner's address; ``migrate`` and ``create-admin`` need it.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_", extra="ignore")

    database_url: str


class ClockSettings(BaseSettings):
    """The ward's clock, for commands that write ward time; unset, it is real time.

    Attributes:
        clock_start: ward time at the clock's origin.
        clock_rate: ward seconds for each real second.
        clock_origin: real seconds since 1970 at which the ward clock read its start.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_", extra="ignore")

    clock_start: datetime | None = None
    clock_rate: float = Field(default=1.0, gt=0)
    clock_origin: float = 0.0

    def clock(self) -> WardClock:
        """Return the ward's clock."""
        return WardClock(start=self.clock_start, rate=self.clock_rate, origin=self.clock_origin)


class ExportSettings(BaseSettings):
    """What ``homeward export --names`` needs beside the database.

    Attributes:
        export_names: whether an export may name people at all.
        master_key_file: the vault's key ring, which opens names.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_", extra="ignore")

    export_names: bool = False
    master_key_file: Path | None = None


def required_database_url() -> str:
    """Return the database that ``HOMEWARD_DATABASE_URL`` names.

    Raises:
        pydantic.ValidationError: it is not set.
    """
    return DatabaseSettings().database_url  # type: ignore[call-arg]  # read from the environment


def inherited_environment() -> dict[str, str]:
    """Return this process's environment without any ``HOMEWARD_`` variable: a child's start."""
    return {k: v for k, v in os.environ.items() if not k.startswith("HOMEWARD_")}  # noqa: TID251


def plain_environment() -> dict[str, str]:
    """Return the little environment that a database or broker needs, in a neutral locale."""
    path = os.environ.get("PATH", os.defpath)  # noqa: TID251 - this is the settings module
    return {"PATH": path, "LC_ALL": "C", "TZ": "UTC"}


def given(prefix: str) -> dict[str, str]:
    """Return the variables whose name starts with ``prefix``, to hand on as they are."""
    return {k: v for k, v in os.environ.items() if k.startswith(prefix)}  # noqa: TID251
