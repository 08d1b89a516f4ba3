"""What travels between the parts is encrypted: the containers' database, the broker's suites."""

import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from deploy.secrets.certificates import make_authority
from deploy.secrets.stack_secrets import Secrets
from deploy.services.binaries import Binaries
from deploy.services.ports import free_ports
from deploy.services.postgres import PrivatePostgres
from deploy.services.process import Launch
from deploy.services.unix_account import hand_over, service_account
from tests.support.brokers import Broker, ClientFiles
from tests.support.servers import Running

ROOT = Path(__file__).parents[3]
CONTAINER = ROOT / "deploy" / "container"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encrypted:
    """A private server, started with the options of the containers' database."""

    plain: PrivatePostgres
    options: tuple[str, ...]

    def launch(self) -> Launch:
        made = self.plain.launch()
        return replace(made, argv=[*made.argv, *self.options])

    def answers(self) -> bool:
        try:
            psycopg.connect(self.plain.url("postgres") + "?sslmode=require").close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture
def encrypted(
    binaries: Binaries, server_folder: Path, stack_secrets: Secrets
) -> Iterator[PrivatePostgres]:
    """A server with the very rules and options of ``deploy/container``."""
    folder, account = server_folder / "encrypted", service_account()
    folder.mkdir()
    plain = PrivatePostgres(
        binaries=binaries.postgres,
        data=folder / "data",
        port=free_ports(1)[0],
        password=stack_secrets.superuser,
        account=account,
    )
    plain.prepare()
    for name in ("database.crt", "database.key"):
        shutil.copy(stack_secrets.file(name), folder / name)
        (folder / name).chmod(0o600)
        hand_over(folder / name, account)
    shutil.copy(CONTAINER / "pg_hba.conf", folder / "pg_hba.conf")
    (folder / "pg_hba.conf").chmod(0o644)
    script = (CONTAINER / "database.sh").read_text()
    given = dict(re.findall(r"-c (\w+)=(\S+)", script))
    given |= {
        "ssl_cert_file": str(folder / "database.crt"),
        "ssl_key_file": str(folder / "database.key"),
        "hba_file": str(folder / "pg_hba.conf"),
    }
    options = tuple(part for key, value in given.items() for part in ("-c", f"{key}={value}"))
    running = Running(server=Encrypted(plain=plain, options=options), log=folder / "log")
    running.start()
    try:
        yield plain
    finally:
        running.stop()


def test_the_containers_database_is_reached_encrypted_or_not_at_all(
    encrypted: PrivatePostgres, stack_secrets: Secrets, tmp_path: Path
) -> None:
    url = encrypted.url("postgres")
    trusted = f"&sslrootcert={stack_secrets.file('service-ca.crt')}"
    with psycopg.connect(f"{url}?sslmode=verify-full{trusted}") as connection:
        row = connection.execute(
            "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ).fetchone()
    assert row == (True, "TLSv1.3")
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(f"{url}?sslmode=disable")
    other = tmp_path / "other.crt"
    other.write_bytes(make_authority("another", datetime.now(UTC)).certificate_pem())
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(f"{url}?sslmode=verify-full&sslrootcert={other}")


def handshake(port: int, files: ClientFiles, suites: str) -> str | None:
    """The suite that a TLS 1.2 client and the broker agree on; None if on none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(files.certificate, files.key)
    context.set_ciphers(suites)
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as line,
            context.wrap_socket(line) as secure,
        ):
            found = secure.cipher()
            return found[0] if found else None
    except ssl.SSLError:
        return None


def test_the_broker_speaks_no_suite_without_authenticated_encryption(
    broker: Broker, tmp_path: Path
) -> None:
    device = broker.device_certificate("w-old", tmp_path)
    for port, files in ((broker.device_port, device), (broker.service_port, broker.gateway)):
        agreed = handshake(port, files, "ECDHE+AESGCM")
        assert agreed is not None
        assert "GCM" in agreed
        for old in ("ECDHE+AES+SHA256:@SECLEVEL=0", "ECDHE+AES+SHA1:@SECLEVEL=0"):
            cbc = f"{old}:!AESGCM:!AESCCM"
            assert handshake(port, files, cbc) is None, (port, old)


OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
SPOKEN = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def every_suite() -> list[str]:
    """Every suite before TLS 1.3 that this machine's OpenSSL can offer, however weak."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    suites = (one["name"] for one in context.get_ciphers() if one["protocol"] != "TLSv1.3")
    return [name for name in suites if not name.startswith(("PSK", "SRP", "RSA-PSK", "DHE-PSK"))]


def spoken(port: int, files: ClientFiles | None, version: ssl.TLSVersion, suites: str) -> str:
    """The suite agreed on in one version of TLS; empty if there is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(suites)
    context.minimum_version = context.maximum_version = version
    if files is not None:
        context.load_cert_chain(files.certificate, files.key)
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as line,
            context.wrap_socket(line) as secure,
        ):
            agreed = secure.cipher()
    except (ssl.SSLError, ConnectionError):
        return ""
    return agreed[0] if agreed else ""


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_scan_of_the_brokers_doors_finds_two_versions_and_no_weak_suite(
    broker: Broker, tmp_path: Path
) -> None:
    device = broker.device_certificate("w-scan", tmp_path)
    offered = every_suite()
    assert any("SHA256" in name and "GCM" not in name for name in offered), offered
    for port, files in ((broker.device_port, device), (broker.service_port, broker.gateway)):
        for version in SPOKEN:
            assert spoken(port, files, version, "ALL:@SECLEVEL=0"), (port, version)
        for version in OLD:
            assert not spoken(port, files, version, "ALL:@SECLEVEL=0"), (port, version)
        agreed = {
            name
            for name in offered
            if spoken(port, files, ssl.TLSVersion.TLSv1_2, f"{name}:@SECLEVEL=0")
        }
        assert agreed
        for name in agreed:
            assert name.startswith(("ECDHE", "DHE")), f"{name} has no forward secrecy"
            assert any(aead in name for aead in ("GCM", "CCM", "CHACHA20")), name


def test_the_proxy_of_the_containers_takes_no_older_version() -> None:
    """Caddy speaks TLS 1.2 and 1.3 with authenticated suites unless it is told otherwise."""
    told = (CONTAINER / "Caddyfile").read_text()
    for lowers in ("protocols", "ciphers", "curves", "insecure", "tls internal"):
        assert lowers not in told, lowers
