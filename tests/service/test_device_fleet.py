"""Simulated devices over the real broker: one shared connection, and TLS with own certificates."""

import random
import ssl
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from device_sim.device.identity import DeviceSecrets
from device_sim.fleet.casting import cast_body
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.ledger import Ledger, ledger_summary
from device_sim.fleet.outbox import Outbox
from device_sim.fleet.run import Ending, Links, new_inward, run
from device_sim.fleet.run_files import RunFiles
from device_sim.fleet.simulated_device import Clocks
from device_sim.options import SimulateOptions, Target
from device_sim.settings import ward_clocks
from device_sim.ward.registration import RegisteredPatient
from device_sim.ward.stack_file import Admin, FleetAccount, MqttEndpoint, Stack
from gateway import wire
from tests.support.brokers import Broker
from tests.support.near_gateway import NearGateway


class BrokeredGateway:
    """The gateway in miniature, behind the real broker's service door."""

    def __init__(self, broker: Broker, clocks: Clocks, client_id: str) -> None:
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.tls_set(
            str(broker.ca_file), str(broker.gateway.certificate), str(broker.gateway.key)
        )
        self.near = NearGateway(
            clocks.ward_ms, lambda topic, frame: self._client.publish(topic, frame, retain=True)
        )
        self._client.on_connect = lambda c, *_: c.subscribe("homeward/v1/0f/+/vitals", qos=1)
        self._client.on_message = lambda _c, _u, m: self.near.hear(m.topic, m.payload)
        self._client.connect(broker.host, broker.service_port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _enrolled(
    gateway: NearGateway, name: str, broker: Broker, tls: ssl.SSLContext | None
) -> RegisteredPatient:
    keys = DeviceSecrets(seed=random.Random(name).randbytes(32))
    mqtt = wire.EnrolledMqtt(host="localhost", port=broker.device_port)
    return RegisteredPatient(
        patient=name, identity=gateway.admit(name, keys), keys=keys, mqtt=mqtt, tls=tls
    )


def _run(
    stack: Stack, registered: list[RegisteredPatient], folder: Path, clocks: Clocks
) -> RunFiles:
    options = SimulateOptions(target=Target(), patients=len(registered), rate=50, events=0)
    devices, _ = cast_body(options, clocks).bring(registered, clocks, random.Random(1))
    files, inward = RunFiles(folder), new_inward()
    ledger = Ledger(files.ledger)
    links = Links(stack, registered, inward)
    fleet = Fleet(devices, clocks, inward, Outbox(clocks, links.send, ledger))
    run(fleet, links, clocks, Ending(3.0, 10.0, lambda: False), print)
    ledger.close()
    assert fleet.uncovered == 0
    return files


def test_a_fleet_on_one_connection_loses_nothing(broker: Broker, tmp_path: Path) -> None:
    clocks = ward_clocks(None, 1.0, 0.0)
    gateway = BrokeredGateway(broker, clocks, "near-fleet")
    account = FleetAccount(
        host=broker.host,
        port=broker.fleet_port,
        username=broker.fleet_username,
        password=broker.fleet_password,
    )
    stack = Stack(api="", admin=Admin(username="", password=""), mqtt=MqttEndpoint(fleet=account))
    registered = [_enrolled(gateway.near, f"flt-{n}", broker, None) for n in range(20)]
    files = _run(stack, registered, tmp_path, clocks)
    gateway.close()
    summary = ledger_summary(files.ledger)
    assert summary["frames_made"] == summary["frames_covered"] == len(gateway.near.stored)
    assert summary["frames_made"] > 100


def test_a_device_with_its_own_certificate(broker: Broker, tmp_path: Path) -> None:
    clocks = ward_clocks(None, 1.0, 0.0)
    gateway = BrokeredGateway(broker, clocks, "near-tls")
    files = broker.device_certificate("tls-1", tmp_path)
    context = ssl.create_default_context(cafile=str(broker.ca_file))
    context.load_cert_chain(files.certificate, files.key)
    stack = Stack(api="", admin=Admin(username="", password=""))
    registered = [_enrolled(gateway.near, "tls-1", broker, context)]
    run_files = _run(stack, registered, tmp_path, clocks)
    gateway.close()
    summary = ledger_summary(run_files.ledger)
    assert summary["frames_made"] == summary["frames_covered"] == len(gateway.near.stored) > 20
