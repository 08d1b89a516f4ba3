"""Session-wide real servers: one private PostgreSQL, one Mosquitto, one Chromium for a worker."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from xdist.remote import Producer

from deploy.secrets.stack_secrets import Secrets, ensure_secrets
from deploy.services.binaries import Binaries, find_chromium, find_services
from deploy.services.mosquitto import PrivateMosquitto
from deploy.services.ports import free_ports
from deploy.services.postgres import PrivatePostgres
from deploy.services.unix_account import service_account
from deploy.settings import StackSettings
from tests.support.brokers import Broker, broker_of
from tests.support.databases import Database, DatabaseServer
from tests.support.distribution import ByPiece
from tests.support.servers import Running

hypothesis_settings.register_profile("long", max_examples=20_000, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-pictures", action="store_true", help="keep the pages' pictures anew")
    parser.addoption("--keep-words", action="store_true", help="bring new words into catalogues")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByPiece:
    config.option.loadscopereorder = False
    return ByPiece(config, log)


@pytest.fixture(scope="session")
def stack_settings() -> StackSettings:
    return StackSettings()


@pytest.fixture(scope="session")
def binaries(stack_settings: StackSettings) -> Binaries:
    """PostgreSQL with TimescaleDB, and Mosquitto: the system's or a private copy."""
    return find_services(stack_settings, print)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder that the servers' account can reach (pytest's own folders are closed to it)."""
    folder = Path(tempfile.mkdtemp(prefix="homeward-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack_secrets(server_folder: Path) -> Secrets:
    """Every key, certificate and password of a stack."""
    return ensure_secrets(server_folder / "secrets", datetime.now(UTC), None)


@pytest.fixture(scope="session")
def postgres_server(
    stack_settings: StackSettings,
    binaries: Binaries,
    server_folder: Path,
    stack_secrets: Secrets,
    worker_id: str,
) -> Iterator[DatabaseServer]:
    """One database server for the session; ``HOMEWARD_DATABASE_URL`` names another."""
    if stack_settings.database_url:
        assert worker_id == "master", "one database serves no several workers: WORKERS=0"
        server = DatabaseServer(url=stack_settings.database_url)
        server.prepare()
        yield server
        return
    private = PrivatePostgres(
        binaries=binaries.postgres,
        data=server_folder / "postgres",
        port=free_ports(1)[0],
        password=stack_secrets.superuser,
        account=service_account(),
    )
    private.prepare()
    running = Running(server=private, log=server_folder / "postgres.log")
    running.start()
    try:
        server = DatabaseServer(url=private.url("postgres"))
        server.hurry()
        server.prepare()
        yield server
    finally:
        running.stop()


@pytest.fixture
def database(postgres_server: DatabaseServer) -> Iterator[Database]:
    """A fresh database with the newest schema; addresses by login."""
    with postgres_server.migrated() as fresh:
        yield fresh


@pytest.fixture
def empty_database(postgres_server: DatabaseServer) -> Iterator[Database]:
    """A fresh database without any table, for tests of the migrations."""
    with postgres_server.empty() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def broker(binaries: Binaries, server_folder: Path, stack_secrets: Secrets) -> Iterator[Broker]:
    """One broker for the session: use device ids of your own in each test."""
    yield from _broker(binaries, server_folder / "broker", stack_secrets)


@pytest.fixture
def own_broker(binaries: Binaries, server_folder: Path, stack_secrets: Secrets) -> Iterator[Broker]:
    """A broker for one test alone, which may kill it."""
    folder = Path(tempfile.mkdtemp(prefix="broker-", dir=server_folder))
    yield from _broker(binaries, folder, stack_secrets)


def _broker(binaries: Binaries, folder: Path, secrets: Secrets) -> Iterator[Broker]:
    device, service, fleet = free_ports(3)
    private = PrivateMosquitto(
        program=binaries.mosquitto,
        folder=folder,
        device_port=device,
        service_port=service,
        fleet_port=fleet,
        account=service_account(),
    )
    private.prepare(secrets.folder, secrets.fleet)
    running = Running(server=private, log=folder.with_suffix(".log"))
    running.start()
    try:
        yield broker_of(private, secrets.folder, secrets.fleet, running)
    finally:
        running.stop()


@pytest.fixture(scope="session")
def chromium_path(stack_settings: StackSettings) -> Path:
    """The Chromium that Playwright drives (``executable_path``)."""
    return find_chromium(stack_settings, print)
