"""The broker restarts, dies with all it had, lines to it break, and others want its sessions."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from deploy.bench.stack import BenchBroker
from deploy.secrets.certificates import issue_client, load
from deploy.secrets.stack_secrets import write_private
from gateway.broker.connection import client_id
from gateway.ownership.shares import GROUPS
from tests.faults.rig import Rig
from tests.faults.scene import Scene
from tests.support.ledger_check import Excuse

STARTED_S = 60.0
CLIENT = client_id(GROUPS, 0)
"""What the gateway of the first group is called at the broker."""


def kill_broker_with_all_it_had(scene: Scene) -> None:
    """It comes back without queues, sessions and retained messages."""
    scene.pause()
    _rob(scene)


def kill_broker_while_frames_wait(scene: Scene) -> None:
    """The gateway stands still, so that what the broker loses is much."""
    scene.pause()
    scene.gateway.suspend()
    scene.pause(least_s=0.3)
    _rob(scene)
    scene.gateway.resume()
    scene.covered_is_kept()


def _rob(scene: Scene) -> None:
    broker = scene.rig.broker
    broker.child.kill()
    scene.excuses.add(Excuse.HOLES_FILLED)
    forget_everything(broker)
    broker.child.start(STARTED_S)


def forget_everything(broker: BenchBroker) -> None:
    """Lose the (dead) broker's queues, sessions and retained messages."""
    for file in Path(broker.private.folder / "data").iterdir():
        file.unlink()


def restart_broker(scene: Scene) -> None:
    """As an operator does."""
    scene.pause()
    scene.rig.broker.child.stop()
    scene.pause()
    scene.rig.broker.child.start(STARTED_S)


def cut_broker(scene: Scene) -> None:
    """The line is reset, three times."""
    for _ in range(3):
        scene.pause(0.5)
        scene.rig.broker_line.cut()


def freeze_broker(scene: Scene) -> None:
    """The line is half-open: nobody is told."""
    for _ in range(2):
        scene.pause(0.5)
        scene.rig.broker_line.freeze()
        scene.pause(2.0, 0.3)
        scene.rig.broker_line.cut()
        scene.rig.broker_line.heal()


def refuse_broker(scene: Scene) -> None:
    """Nobody is let in for a while."""
    scene.pause()
    scene.rig.broker_line.refuse()
    scene.pause(2.0, 0.5)


def lose_acknowledgements(scene: Scene) -> None:
    """What the gateway says never arrives."""
    scene.rig.broker_line.block_up()
    scene.pause(2.0, 1.0)
    scene.rig.broker_line.cut()


def lose_deliveries(scene: Scene) -> None:
    """What the broker says never arrives."""
    scene.rig.broker_line.block_down()
    scene.pause(2.0, 1.0)
    scene.rig.broker_line.cut()


def device_takes_gateways_client_id(scene: Scene) -> None:
    """A device with its own certificate under the gateway's client id harms nothing."""
    rig, crew = scene.rig, scene.crew
    scene.settle()
    before = sessions_of_gateway(rig)
    secrets = rig.base.secrets
    authority = load(secrets.file("device-ca.crt"), secrets.file("device-ca.key"))
    credential = issue_client(authority, next(iter(crew.members)), datetime.now(UTC))
    certificate, key = (rig.base.folder / f"thief-{crew.name}.{end}" for end in ("crt", "key"))
    write_private(certificate, credential.certificate_pem())
    write_private(key, credential.key_pem())
    with intruder(rig, certificate, key, rig.broker.private.device_port):
        scene.pause(least_s=0.5)
    scene.settle()
    assert sessions_of_gateway(rig) == before, "the gateway lost its session"


def twin_takes_gateways_session(scene: Scene) -> None:
    """The gateway's own certificate and client id, from elsewhere: it gets what was queued."""
    secrets = scene.rig.base.secrets
    scene.settle()
    certificate, key = secrets.file("gateway.crt"), secrets.file("gateway.key")
    scene.excuses.add(Excuse.HOLES_FILLED)
    with intruder(scene.rig, certificate, key, scene.rig.broker.private.service_port):
        scene.pause(least_s=0.5)


def sessions_of_gateway(rig: Rig) -> int:
    """How often somebody with the gateway's certificate has connected under its client id."""
    log = rig.broker.child.log.read_text(errors="replace")
    return len(
        re.findall(rf"New client connected from \S+ as {CLIENT} \(.*u'HOMEWARD-GATEWAY'", log)
    )


@contextmanager
def intruder(rig: Rig, certificate: Path, key: Path, port: int) -> Iterator[None]:
    """Somebody connected under the gateway's client id, keeping the session."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=CLIENT, protocol=mqtt.MQTTv5)
    client.tls_set(str(rig.base.secrets.file("service-ca.crt")), str(certificate), str(key))
    there = threading.Event()
    client.on_connect = lambda *_: there.set()
    client.on_disconnect = lambda *_: client.disconnect()
    client.connect_async("127.0.0.1", port, clean_start=False)
    client.loop_start()
    try:
        assert there.wait(15), "the intruder was not let in at all"
        yield
    finally:
        client.disconnect()
        client.loop_stop()


FAULTS = (
    kill_broker_with_all_it_had,
    kill_broker_while_frames_wait,
    restart_broker,
    cut_broker,
    freeze_broker,
    refuse_broker,
    lose_acknowledgements,
    lose_deliveries,
    device_takes_gateways_client_id,
    twin_takes_gateways_session,
)
