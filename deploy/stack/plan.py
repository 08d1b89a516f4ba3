"""Everything that is decided before the first program of a stack is started."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from analytics.domain.clock import WardClock
from deploy.errors import FolderRefused
from deploy.secrets.stack_secrets import Secrets, ensure_secrets, write_private
from deploy.services import ports as port_choice
from deploy.services.binaries import Binaries, find_archive, find_services
from deploy.services.mosquitto import PrivateMosquitto
from deploy.services.orthanc import PrivateOrthanc
from deploy.services.ports import Ports
from deploy.services.postgres import PrivatePostgres
from deploy.services.unix_account import UnixAccount
from deploy.services.wal_archive import WalArchive
from deploy.settings import StackSettings
from deploy.stack import ward_clock
from deploy.stack.data_folder import DataFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """What the command line asked for.

    Attributes:
        data: the data folder.
        port_base: first of a fixed row of ports; None takes the kept or free ones.
        clock_start: ward time to start at (RFC 3339); None goes on, or is real time.
        clock_rate: ward seconds per real second; None keeps the last one, or 1.
        simulate: how many simulated patients to run with; 0 is none.
        api: further settings of the API (``HOMEWARD_...``), for what a simulation stands in for.
        hl7_port: loopback port of the HL7 program; None runs without it.
        archive: whether to keep images too.
        backups: folder of backups; None: as the environment says.
    """

    data: Path
    port_base: int | None = None
    clock_start: str | None = None
    clock_rate: float | None = None
    simulate: int = 0
    api: Mapping[str, str] = field(default_factory=dict)
    hl7_port: int | None = None
    archive: bool = False
    backups: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """What was decided: programs, secrets, ports, clock, and what the API is told besides.

    Without a copy of the archive's program there is no archive, without ``backups`` there are none.
    """

    folder: DataFolder
    account: UnixAccount | None
    binaries: Binaries
    archive_copy: Path | None
    secrets: Secrets
    ports: Ports
    clock: WardClock
    settings: StackSettings
    api: Mapping[str, str]
    backups: WalArchive | None

    @property
    def clock_file(self) -> Path:
        """Where the ward clock is kept over restarts."""
        return self.folder.root / "clock.json"

    def postgres(self) -> PrivatePostgres:
        """Return the stack's own database server."""
        return PrivatePostgres(
            binaries=self.binaries.postgres,
            data=self.folder.servers / "postgres",
            port=self.ports.postgres,
            password=self.secrets.superuser,
            account=self.account,
            archive=self.backups,
        )

    def mosquitto(self) -> PrivateMosquitto:
        """Return the stack's own broker."""
        return PrivateMosquitto(
            program=self.binaries.mosquitto,
            folder=self.folder.servers / "broker",
            device_port=self.ports.mqtt,
            service_port=self.ports.mqtt_service,
            fleet_port=self.ports.mqtt_fleet,
            account=self.account,
        )

    def archive(self) -> PrivateOrthanc | None:
        """Return the stack's own archive of images, if it is to keep any."""
        if self.archive_copy is None:
            return None
        return PrivateOrthanc(
            copy=self.archive_copy,
            folder=self.folder.servers / "archive",
            port=self.ports.archive,
            password=self.secrets.archive,
            account=self.account,
        )


def prepare(
    options: StackOptions,
    settings: StackSettings,
    folder: DataFolder,
    *,
    account: UnixAccount | None,
    say: Callable[[str], None],
    real_s: float,
) -> StackPlan:
    """Decide everything for a start, and make what a first start needs.

    Raises:
        DeployError: programs are missing, ports are taken, or the clock would run backwards.
    """
    clock_file = folder.root / "clock.json"
    start = ward_clock.parse(options.clock_start) if options.clock_start else None
    clock = ward_clock.choose(start, options.clock_rate, ward_clock.read(clock_file), real_s)
    ports = _ports(options, folder)
    admin = settings.admin_password.get_secret_value() if settings.admin_password else None
    now = datetime.fromtimestamp(real_s, UTC)
    return StackPlan(
        folder=folder,
        account=account,
        binaries=find_services(settings, say),
        archive_copy=find_archive(settings, say) if options.archive else None,
        secrets=ensure_secrets(folder.secrets, now, admin),
        ports=ports,
        clock=clock,
        settings=settings,
        api=options.api,
        backups=_backups(options, settings, account),
    )


def _backups(
    options: StackOptions, settings: StackSettings, account: UnixAccount | None
) -> WalArchive | None:
    folder = options.backups or settings.backups
    if folder is None or settings.database_url:
        return None
    place = folder.expanduser().absolute()
    return WalArchive(folder=place, account=account, within_s=settings.backup_wal_s)


def _ports(options: StackOptions, folder: DataFolder) -> Ports:
    """Return the ports, keep them for later starts, and refuse ports of somebody else."""
    file = folder.root / "ports.json"
    ports = port_choice.choose(options.port_base, port_choice.kept_in(file))
    others = port_choice.taken(ports)
    if others:
        raise FolderRefused(
            f"something else already listens on {', '.join(others)}; choose another --port-base"
        )
    write_private(file, json.dumps(asdict(ports)).encode())
    return ports
