"""Certificates that count no more: revoked, ended, of another authority; and the list itself."""

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from api.devices.certificate_authority import DeviceAuthority, Revoked
from api.jobs.revocation_list import write_whole
from deploy.secrets.certificates import issue_client, load, make_authority
from deploy.secrets.revocation_list import ensure_list, keep_door
from deploy.secrets.stack_secrets import Secrets, write_private
from deploy.services.binaries import Binaries
from deploy.services.mosquitto import LIST, PrivateMosquitto
from tests.support.brokers import Broker, ClientFiles
from tests.support.mqtt_clients import connected
from tests.support.servers import wait_until


def authority_of(secrets: Path) -> DeviceAuthority:
    return DeviceAuthority.load(secrets / "device-ca.crt", secrets / "device-ca.key")


def serial_of(files: ClientFiles) -> str:
    return f"{x509.load_pem_x509_certificate(files.certificate.read_bytes()).serial_number:x}"


def enters(broker: Broker, device: str, files: ClientFiles) -> bool:
    try:
        with connected(broker, device, port=broker.device_port, files=files):
            return True
    except ConnectionRefusedError:
        return False


def pid_of(broker: Broker) -> int:
    process = broker.running.process
    return 0 if process is None else process.pid


@contextmanager
def kept(broker: Broker, source: Path) -> Iterator[None]:
    """The stack's own errand, on this broker."""
    server = broker.running.server
    assert isinstance(server, PrivateMosquitto)
    loop = asyncio.new_event_loop()
    task = loop.create_task(keep_door(server, source, lambda: pid_of(broker)))
    thread = threading.Thread(target=loop.run_until_complete, args=(asyncio.wait([task]),))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()


def test_a_revoked_certificate_is_refused_and_no_other_connection_is_touched(
    own_broker: Broker, tmp_path: Path
) -> None:
    source = tmp_path / LIST
    authority, now = authority_of(own_broker.secrets), datetime.now(UTC)
    write_whole(source, authority.revocation_list([], now))
    lost, good = (own_broker.device_certificate(name, tmp_path) for name in ("w-lost", "w-good"))
    with (
        kept(own_broker, source),
        connected(own_broker, "w-good", port=own_broker.device_port, files=good) as other,
    ):
        assert enters(own_broker, "w-lost", lost)
        revoked = Revoked(serial=serial_of(lost), since=now)
        write_whole(source, authority.revocation_list([revoked], now))
        wait_until(lambda: not enters(own_broker, "w-lost", lost), 15)
        assert not other.disconnected.is_set()
        assert enters(own_broker, "w-third", own_broker.device_certificate("w-third", tmp_path))


def test_an_ended_list_shuts_everybody_out_until_a_fresh_one_is_read(
    own_broker: Broker, tmp_path: Path
) -> None:
    source = tmp_path / LIST
    authority, now = authority_of(own_broker.secrets), datetime.now(UTC)
    files = own_broker.device_certificate("w-days", tmp_path)
    write_whole(source, authority.revocation_list([], now - timedelta(days=31)))
    with kept(own_broker, source):
        wait_until(lambda: not enters(own_broker, "w-days", files), 15)
        ensure_list(source, own_broker.secrets, now)
        wait_until(lambda: enters(own_broker, "w-days", files), 15)


@pytest.mark.parametrize("fault", ["ended", "not yet", "another authority", "no certificate"])
def test_what_the_authority_does_not_vouch_for_today_is_refused(
    broker: Broker, tmp_path: Path, fault: str
) -> None:
    now = datetime.now(UTC)
    authority = load(broker.secrets / "device-ca.crt", broker.secrets / "device-ca.key")
    if fault == "another authority":
        authority = make_authority("Homeward device-ca", now)
    shift = {"ended": -398, "not yet": 2}.get(fault, 0)
    credential = issue_client(authority, "w-fault", now + timedelta(days=shift))
    files = ClientFiles(certificate=tmp_path / "f.crt", key=tmp_path / "f.key")
    write_private(files.certificate, credential.certificate_pem())
    write_private(files.key, credential.key_pem())
    if fault == "no certificate":
        with (
            pytest.raises(ConnectionRefusedError),
            connected(broker, "w-fault", port=broker.device_port, password=broker.fleet_password),
        ):
            pass
    else:
        assert not enters(broker, "w-fault", files)


def test_a_list_is_made_once_and_signed_anew_with_its_entries_before_it_ends(
    stack_secrets: Secrets, tmp_path: Path
) -> None:
    path, now = tmp_path / LIST, datetime(2026, 1, 1, tzinfo=UTC)
    ensure_list(path, stack_secrets.folder, now)
    first = path.read_bytes()
    assert not list(x509.load_pem_x509_crl(first))
    ensure_list(path, stack_secrets.folder, now + timedelta(days=10))
    assert path.read_bytes() == first
    authority = authority_of(stack_secrets.folder)
    write_whole(path, authority.revocation_list([Revoked(serial="abc", since=now)], now))
    ensure_list(path, stack_secrets.folder, now + timedelta(days=40))
    again = x509.load_pem_x509_crl(path.read_bytes())
    assert [one.serial_number for one in again] == [0xABC]
    assert again.next_update_utc == now + timedelta(days=70)


def test_the_containers_script_has_the_broker_read_a_changed_list(
    own_broker: Broker, binaries: Binaries, tmp_path: Path
) -> None:
    server = own_broker.running.server
    assert isinstance(server, PrivateMosquitto)
    own_broker.running.stop()
    now, authority = datetime.now(UTC), authority_of(own_broker.secrets)
    source, list_file = tmp_path / LIST, server.folder / "secrets" / LIST
    files = own_broker.device_certificate("w-box", tmp_path)
    script = Path(__file__).parents[3] / "deploy" / "broker" / "serve.sh"
    launch = server.launch()
    words = [
        "/bin/sh",
        "-c",
        script.read_text(),
        "serve.sh",
    ]  # the account may not enter our folder
    words += [str(server.folder / "mosquitto.conf"), str(list_file)]
    path = f"{binaries.mosquitto.parent}:{os.environ['PATH']}"
    options = launch.options() | {"env": {**launch.env, "PATH": path}}
    with subprocess.Popen(words, **options) as process:  # noqa: S603 - our own script
        try:
            wait_until(server.answers, 15)
            assert enters(own_broker, "w-box", files)
            revoked = Revoked(serial=serial_of(files), since=now)
            write_whole(source, authority.revocation_list([revoked], now))
            assert server.take_list(source)
            wait_until(lambda: not enters(own_broker, "w-box", files), 15)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) in {0, 143}
    assert not server.answers()
