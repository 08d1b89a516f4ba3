"""The broker restarts, dies with all it had, and lines to it are cut or half-open."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from deploy.bench.child import Child
from deploy.certificates import issue_client, load
from deploy.keys import write_private
from tests.faults.crew import Crew
from tests.faults.misfortunes import forget_everything
from tests.faults.rig import Rig
from tests.support.ledger_check import Excuse

RATE = 150.0


def test_the_broker_dies_and_comes_back_with_nothing(rig: Rig, gateway: Child, crew: Crew) -> None:
    crew.rate = RATE
    time.sleep(0.6)
    gateway.suspend()
    time.sleep(0.3)
    rig.broker.child.kill()
    crew.rate = 0.0
    forget_everything(rig.broker)
    rig.broker.child.start()
    gateway.resume()
    rig.nothing_covered_is_lost(crew, {Excuse.HOLES_FILLED})
    rig.settle(crew, excuses={Excuse.HOLES_FILLED})


def test_the_broker_restarts(rig: Rig, crew: Crew) -> None:
    crew.rate = RATE
    time.sleep(0.5)
    rig.broker.child.stop()
    time.sleep(0.3)
    rig.broker.child.start()
    rig.settle(crew)


@pytest.mark.parametrize("how", ["cut", "freeze"])
def test_the_line_to_the_broker_breaks(rig: Rig, crew: Crew, how: str) -> None:
    crew.rate = RATE
    for _ in range(3):
        time.sleep(0.3)
        getattr(rig.broker_line, how)()
        time.sleep(0.3)
        rig.broker_line.cut()
        rig.broker_line.heal()
    rig.settle(crew)


def test_acknowledgements_that_never_arrive_are_made_good(rig: Rig, crew: Crew) -> None:
    rig.broker_line.block_up()
    crew.talk(RATE, 1.0)
    rig.broker_line.cut()
    rig.broker_line.heal()
    rig.settle(crew)


def test_a_herd_of_devices_comes_back_at_once(rig: Rig, gateway: Child) -> None:
    """Many devices kept their readings to themselves, and all send them in one go."""
    assert gateway.alive()
    with rig.crew(150, seed=5) as herd:
        herd.order(lambda: [m.core.disconnected() for m in herd.members.values()])
        herd.talk(600.0, 1.0)
        herd.order(lambda: come_back(herd))
        rig.settle(herd)


def come_back(herd: Crew) -> None:
    for member in herd.members.values():
        herd.do(member, member.core.connected(herd.moment()))


def gateway_sessions(rig: Rig) -> list[str]:
    """Client ids under which the gateway has connected, one for each time."""
    log = rig.broker.child.log.read_text(errors="replace")
    return re.findall(r"New client connected from \S+ as (\S+) \(.*u'HOMEWARD-GATEWAY'", log)


def test_a_device_with_the_gateways_client_id_harms_nothing(
    rig: Rig, crew: Crew, tmp_path: Path
) -> None:
    crew.talk(RATE, 0.3)
    before = gateway_sessions(rig)
    thief = next(iter(crew.members))
    secrets = rig.base.secrets
    authority = load(secrets.file("device-ca.crt"), secrets.file("device-ca.key"))
    credential = issue_client(authority, thief, datetime.now(UTC))
    certificate, key = tmp_path / "thief.crt", tmp_path / "thief.key"
    write_private(certificate, credential.certificate_pem())
    write_private(key, credential.key_pem())
    crew.rate = RATE
    with intruder(rig, before[-1], certificate, key, rig.broker.private.device_port):
        time.sleep(1.0)
    rig.settle(crew)
    assert gateway_sessions(rig) == before


def test_a_twin_that_takes_the_gateways_session_loses_nothing(rig: Rig, crew: Crew) -> None:
    """The gateway's own certificate and client id, from elsewhere: it gets what was queued."""
    secrets = rig.base.secrets
    crew.talk(RATE, 0.3)
    name = gateway_sessions(rig)[-1]
    crew.rate = RATE
    certificate, key = secrets.file("gateway.crt"), secrets.file("gateway.key")
    with intruder(rig, name, certificate, key, rig.broker.private.service_port):
        time.sleep(1.0)
    rig.settle(crew, excuses={Excuse.HOLES_FILLED})


@contextmanager
def intruder(rig: Rig, name: str, certificate: Path, key: Path, port: int) -> Iterator[None]:
    """Somebody connected under the gateway's client id, keeping the session."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
    client.tls_set(str(rig.base.secrets.file("service-ca.crt")), str(certificate), str(key))
    there = threading.Event()
    client.on_connect = lambda *_: there.set()
    client.on_disconnect = lambda *_: client.disconnect()
    client.connect_async("127.0.0.1", port, clean_start=False)
    client.loop_start()
    try:
        assert there.wait(5), "the intruder was not let in at all"
        yield
    finally:
        client.disconnect()
        client.loop_stop()
