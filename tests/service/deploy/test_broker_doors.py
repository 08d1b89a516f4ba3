"""Who may enter the broker by which door, and what each may say and hear there."""

from pathlib import Path

import pytest

from tests.support.brokers import Broker
from tests.support.mqtt_clients import Listener, connected

GATEWAY_ID = "homeward-gateway-16-0"


def test_a_device_is_heard_by_the_gateway_and_hears_its_acks(
    broker: Broker, tmp_path: Path
) -> None:
    files = broker.device_certificate("w-heard", tmp_path)
    with (
        connected(broker, GATEWAY_ID, port=broker.service_port, files=broker.gateway) as gateway,
        connected(broker, "w-heard", port=broker.device_port, files=files) as device,
    ):
        assert gateway.subscribe("homeward/v1/+/+/vitals")
        assert device.subscribe("homeward/v1/0a/w-heard/acks")
        assert device.publish("homeward/v1/0a/w-heard/vitals", b"frame")
        assert gateway.next() == ("homeward/v1/0a/w-heard/vitals", b"frame")
        assert gateway.publish("homeward/v1/0a/w-heard/acks", b"acks")
        assert device.next() == ("homeward/v1/0a/w-heard/acks", b"acks")


@pytest.mark.parametrize("topic", ["w-other/vitals", "w-self/acks", "w-self/commands", "w-self/x"])
def test_a_device_may_publish_only_under_its_own_id(
    broker: Broker, tmp_path: Path, topic: str
) -> None:
    files = broker.device_certificate("w-self", tmp_path)
    with connected(broker, "w-self", port=broker.device_port, files=files) as device:
        assert not device.publish(f"homeward/v1/0a/{topic}", b"no")


def test_a_device_hears_nothing_meant_for_another(broker: Broker, tmp_path: Path) -> None:
    files = broker.device_certificate("w-ear", tmp_path)
    with (
        connected(broker, GATEWAY_ID, port=broker.service_port, files=broker.gateway) as gateway,
        connected(broker, "w-ear", port=broker.device_port, files=files) as device,
    ):
        device.subscribe("homeward/v1/+/+/acks")
        assert gateway.publish("homeward/v1/0a/w-another/acks", b"private")
        assert gateway.publish("homeward/v1/0a/w-ear/acks", b"mine")
        assert device.next() == ("homeward/v1/0a/w-ear/acks", b"mine")


def test_a_device_that_uses_the_gateways_client_id_harms_nothing(
    broker: Broker, tmp_path: Path
) -> None:
    files = broker.device_certificate("w-thief", tmp_path)
    with connected(broker, GATEWAY_ID, port=broker.service_port, files=broker.gateway) as gateway:
        assert gateway.subscribe("homeward/v1/+/+/vitals")
        with connected(broker, GATEWAY_ID, port=broker.device_port, files=files) as thief:
            assert thief.publish("homeward/v1/0a/w-thief/vitals", b"own")
        assert gateway.next() == ("homeward/v1/0a/w-thief/vitals", b"own")
        assert not gateway.disconnected.is_set()


def test_neither_certificate_opens_the_others_door(broker: Broker, tmp_path: Path) -> None:
    device = broker.device_certificate("HOMEWARD-GATEWAY", tmp_path)
    with (
        pytest.raises(ConnectionRefusedError),
        connected(broker, GATEWAY_ID, port=broker.service_port, files=device),
    ):
        pass
    with (
        pytest.raises(ConnectionRefusedError),
        connected(broker, "w-any", port=broker.device_port, files=broker.gateway),
    ):
        pass


@pytest.mark.parametrize("password", [None, "wrong"])
def test_the_fleet_needs_its_password(broker: Broker, password: str | None) -> None:
    with (
        pytest.raises(ConnectionRefusedError),
        connected(broker, "sim", port=broker.fleet_port, password=password),
    ):
        pass


def test_the_fleet_speaks_for_any_device(broker: Broker) -> None:
    password = broker.fleet_password
    with (
        connected(broker, GATEWAY_ID, port=broker.service_port, files=broker.gateway) as gateway,
        connected(broker, "sim-1", port=broker.fleet_port, password=password) as fleet,
    ):
        assert gateway.subscribe("homeward/v1/+/+/vitals")
        assert fleet.publish("homeward/v1/ff/w-fleet/vitals", b"frame")
        assert gateway.next() == ("homeward/v1/ff/w-fleet/vitals", b"frame")
        assert not fleet.publish("homeward/v1/ff/w-fleet/acks", b"forged")


def test_what_waits_for_the_gateway_survives_a_restart_of_the_broker(own_broker: Broker) -> None:
    topic = "homeward/v1/ff/w-queue/vitals"
    password = own_broker.fleet_password

    def gateway() -> object:
        return connected(
            own_broker,
            GATEWAY_ID,
            port=own_broker.service_port,
            files=own_broker.gateway,
            session_s=3600,
        )

    with gateway() as first:  # type: ignore[attr-defined]
        assert first.subscribe("homeward/v1/+/+/vitals")
    with connected(own_broker, "sim-2", port=own_broker.fleet_port, password=password) as fleet:
        for number in range(500):
            assert fleet.publish(topic, b"%d" % number)
    own_broker.running.stop()
    own_broker.running.start()
    with gateway() as again:  # type: ignore[attr-defined]
        listener: Listener = again
        assert listener.session_present
        assert [listener.next() for _ in range(500)] == [(topic, b"%d" % n) for n in range(500)]
