"""Services shared by every part of the API: settings, pools, the ward's clock, the vault.

Made once by ``api.app`` when the program starts, and found at ``request.app.state.services``.
Background tasks get it as their only argument.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from analytics.domain.civil import zone_of
from analytics.domain.clock import WardClock
from analytics.tracing.spans import FrameTracer
from api.devices.certificate_authority import DeviceAuthority
from api.limits.request_rate import CallerRates
from api.settings import ApiSettings
from api.store.connections import HeedfulPool, address, answering_within
from api.vault.envelope import Vault
from api.vault.name_index import NameCache

Connection = AsyncConnection[DictRow]
Pool = HeedfulPool


@dataclass(slots=True, kw_only=True)
class Replica:
    """A standby that answers charts and searches.

    Attributes:
        pool: connections as ``homeward_api``.
        rests_until: not asked before this moment (of the monotonic clock), since it failed.
        wrote: when callers last changed something through this process (monotonic clock): they
            are shown nothing older.
    """

    pool: Pool
    rests_until: float = 0.0
    wrote: dict[UUID, float] = field(default_factory=dict)

    def note_write(self, caller: UUID, now_s: float, matters_s: float) -> None:
        """Remember that a caller changed something, for as long as it matters."""
        self.wrote[caller] = now_s
        for user, at_s in list(self.wrote.items()):
            if at_s < now_s - matters_s:
                del self.wrote[user]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The program's own furniture.

    Attributes:
        settings: as read from the environment.
        pool: connections as ``homeward_api``; use it through ``api.http.deps.acting`` only.
        engine_pool: connections as ``homeward_engine``, for the alert engine and the re-planner.
        clock: the ward's clock.
        vault: seals and opens personal data.
        authority: signs the devices' certificates.
        rates: how fast each caller may ask.
        names: what people are called, for searches.
        replica: a standby to read from, if there is one.
        broker_ca: authority of the broker's certificate (PEM), told to devices.
        tracer: takes what is told of frames' ways to their alerts; None: traces are off.
    """

    settings: ApiSettings
    pool: Pool
    engine_pool: Pool
    clock: WardClock
    vault: Vault
    authority: DeviceAuthority
    names: NameCache
    broker_ca: str | None = None
    replica: Replica | None = None
    rates: CallerRates = field(default_factory=CallerRates)
    tracer: FrameTracer | None = None

    def real_s(self) -> float:
        """Return real seconds since 1970: for certificates and one-time passwords."""
        return time.time()  # noqa: TID251 - the edge of the program

    def now(self) -> datetime:
        """Return the ward's time (UTC)."""
        return self.clock.at(self.real_s())

    def in_ward(self, at: datetime) -> datetime:
        """Return a moment in the ward's civil time, for words that people read."""
        return at.astimezone(zone_of(self.settings.zone))


def open_pool(
    settings: ApiSettings, database_url: str, size: int, name: str, wanted: str = "read-write"
) -> Pool:
    """Return a pool, not yet opened, whose connections speak UTC and give dictionaries.

    Args:
        settings: how long an answer may take.
        database_url: ``postgresql://`` address with the login of this part.
        size: the most connections it may hold.
        name: shown in ``pg_stat_activity``.
        wanted: which of several hosts (libpq's ``target_session_attrs``).
    """
    return HeedfulPool(
        address(database_url, wanted),
        connection_class=answering_within(settings.database_answer_s),
        kwargs={
            "row_factory": dict_row,
            "application_name": name,
            "options": "-c timezone=UTC -c statement_timeout=20000",
        },
        min_size=1,
        max_size=size,
        timeout=10.0,
        name=name,
        open=False,
    )


def shared(settings: ApiSettings, tracer: FrameTracer | None = None) -> Services:
    """Return a program's furniture; its pools are not opened yet.

    Raises:
        OSError: a key file cannot be read.
        api.vault.envelope.VaultError: the master key file holds no keys.
    """
    return Services(
        settings=settings,
        pool=open_pool(settings, settings.database_url, settings.pool_size, "homeward-api"),
        engine_pool=open_pool(
            settings, settings.engine_database_url, settings.engine_pool_size, "homeward-engine"
        ),
        clock=settings.ward_clock(),
        vault=Vault(settings.master_key_file),
        names=NameCache(settings.names_kept),
        authority=DeviceAuthority.load(settings.device_ca_cert_file, settings.device_ca_key_file),
        replica=_replica(settings),
        broker_ca=settings.mqtt_ca_file.read_text() if settings.mqtt_ca_file else None,
        rates=CallerRates(settings.caller_rate, settings.caller_burst),
        tracer=tracer,
    )


def _replica(settings: ApiSettings) -> Replica | None:
    if settings.replica_url is None:
        return None
    url, size = settings.replica_url, settings.pool_size
    return Replica(pool=open_pool(settings, url, size, "homeward-replica", "prefer-standby"))
