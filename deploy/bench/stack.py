"""A private stack for one run: PostgreSQL, Mosquitto and gateways, gone without a trace after it.

The same parts as the embedded stack, started by the same functions, but in a folder of its own,
without API and without supervision: what dies here was killed on purpose. The fault harness of the
tests uses it too.
"""

import secrets as randomness
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

import psycopg

from deploy.bench.child import Child
from deploy.database.roles import make_database, make_roles
from deploy.secrets.logins import GROUPS, OWNER
from deploy.secrets.stack_secrets import Secrets, ensure_secrets
from deploy.services.binaries import Binaries
from deploy.services.mosquitto import PrivateMosquitto
from deploy.services.ports import HOST, free_ports
from deploy.services.postgres import PrivatePostgres, address
from deploy.services.process import Launch
from deploy.services.unix_account import service_account
from deploy.settings import inherited_environment
from deploy.stack.programs import api_environment
from gateway.migrations import upgrade

TRACKING = "track_commit_timestamp = on\ntrack_wal_io_timing = on\n"
LISTENING = "\nuser HOMEWARD-FLEET\ntopic read homeward/v1/+/+/vitals\n"
SOURCES = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchBase:
    """What every part of a stack is made from: programs, a folder, and its secrets."""

    binaries: Binaries
    folder: Path
    secrets: Secrets


@contextmanager
def base(binaries: Binaries) -> Iterator[BenchBase]:
    """Yield a folder that the servers' account can reach, with secrets in it."""
    folder = Path(tempfile.mkdtemp(prefix="homeward-bench-"))
    folder.chmod(0o755)
    try:
        now = datetime.now(UTC)  # noqa: TID251 - an edge
        secrets = ensure_secrets(folder / "secrets", now, None)
        yield BenchBase(binaries=binaries, folder=folder, secrets=secrets)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True, kw_only=True)
class DatabaseServer:
    """A PostgreSQL of our own and the databases in it."""

    base: BenchBase
    private: PrivatePostgres
    child: Child

    def fresh(self) -> str:
        """Make a migrated database; return its name."""
        name = f"bench_{randomness.token_hex(6)}"
        with psycopg.connect(self.private.url("postgres"), autocommit=True) as connection:
            make_roles(connection, self.base.secrets.logins)
            make_database(connection, name)
        upgrade(self.url(name, OWNER))
        return name

    def url(self, name: str, role: str | None = None) -> str:
        """The address of a database for a login role, or for the superuser."""
        if role is None:
            return self.private.url(name)
        return address(role, self.base.secrets.logins[role], self.private.port, name)


@contextmanager
def database_server(
    base: BenchBase, name: str = "postgres", settings: str = ""
) -> Iterator[DatabaseServer]:
    """Yield a running PostgreSQL with ``settings`` added to its configuration."""
    private = PrivatePostgres(
        binaries=base.binaries.postgres,
        data=base.folder / name,
        port=free_ports(1)[0],
        password=base.secrets.superuser,
        account=service_account(),
    )
    private.prepare()
    with (private.data / "postgresql.conf").open("a") as configuration:
        configuration.write(TRACKING + settings)
    child = Child(
        name=name,
        launch=private.launch(),
        answers=private.answers,
        log=base.folder / f"{name}.log",
    )
    try:
        child.start()
        yield DatabaseServer(base=base, private=private, child=child)
    finally:
        child.stop()


@dataclass(slots=True, kw_only=True)
class BenchBroker:
    """A Mosquitto of our own."""

    private: PrivateMosquitto
    child: Child
    fleet_password: str


@contextmanager
def broker(base: BenchBase, name: str = "broker") -> Iterator[BenchBroker]:
    """Yield a running broker without any session or retained message.

    Its simulators' account may also listen, so that the floor can be measured without TLS.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=base.folder))
    device, service, fleet = free_ports(3)
    private = PrivateMosquitto(
        program=base.binaries.mosquitto,
        folder=folder,
        device_port=device,
        service_port=service,
        fleet_port=fleet,
        account=service_account(),
    )
    private.prepare(base.secrets.folder, base.secrets.fleet)
    with (folder / "access.acl").open("a") as access:
        access.write(LISTENING)
    child = Child(
        name=name,
        launch=private.launch(),
        answers=private.answers,
        log=folder.with_suffix(".log"),
    )
    try:
        child.start()
        yield BenchBroker(private=private, child=child, fleet_password=base.secrets.fleet)
    finally:
        child.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySpec:
    """Where a gateway connects (perhaps through a proxy)."""

    database_url: str
    mqtt_port: int
    extra: Mapping[str, str] = field(default_factory=dict)


def gateway_child(base: BenchBase, spec: GatewaySpec, name: str = "gateway") -> Child:
    """A gateway, not yet started; it is ready when ``/readyz`` says so."""
    port = free_ports(1)[0]
    secrets = base.secrets
    environment = {
        "HOMEWARD_DATABASE_URL": spec.database_url,
        "HOMEWARD_MQTT_URL": f"mqtts://{HOST}:{spec.mqtt_port}",
        "HOMEWARD_MQTT_CA_FILE": str(secrets.file("service-ca.crt")),
        "HOMEWARD_MQTT_CERT_FILE": str(secrets.file("gateway.crt")),
        "HOMEWARD_MQTT_KEY_FILE": str(secrets.file("gateway.key")),
        "HOMEWARD_GATEWAY_SIGN_KEY_FILE": str(secrets.file("gateway-sign.key")),
        "HOMEWARD_GATEWAY_BOX_KEY_FILE": str(secrets.file("gateway-box.key")),
        "HOMEWARD_METRICS_PORT": str(port),
        **spec.extra,
    }
    launch = Launch(
        argv=[sys.executable, "-m", "gateway"],
        env=inherited_environment() | environment,
        cwd=SOURCES,
    )
    return Child(
        name=name,
        launch=launch,
        answers=lambda: is_ready(port),
        log=base.folder / f"{name}.log",
    )


def api_child(
    base: BenchBase,
    logins: Mapping[str, str],
    name: str = "api",
    *,
    more: Mapping[str, str] = MappingProxyType({}),
    sources: Path = SOURCES,
) -> tuple[Child, str]:
    """An API, not yet started, and its address; it is ready when ``/readyz`` says so.

    Args:
        base: where its secrets are and its log goes.
        logins: addresses of the database by login.
        name: of the child and its log.
        more: further variables of its environment.
        sources: where its packages lie.
    """
    port = free_ports(1)[0]
    environment = api_environment(logins, base.secrets, port) | dict(more)
    launch = Launch(
        argv=[sys.executable, "-m", "api"],
        env=inherited_environment() | environment,
        cwd=sources,
    )
    log = base.folder / f"{name}.log"
    child = Child(name=name, launch=launch, answers=lambda: is_ready(port), log=log)
    return child, f"http://{HOST}:{port}"


def is_ready(metrics_port: int) -> bool:
    """Whether the program behind this port answers ``/readyz`` with 200."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{metrics_port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's own number
    except (urllib.error.URLError, OSError):
        return False


def through(url: str, port: int) -> str:
    """The same address behind another loopback port: a proxy's."""
    parts = urlsplit(url)
    login, _, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{login}@{HOST}:{port}"))


GATEWAY_LOGIN = next(login for login, group in GROUPS.items() if group == "homeward_gateway")
