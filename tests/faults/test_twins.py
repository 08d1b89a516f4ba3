"""Somebody else who holds the gateway's own certificate, and does not give in."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.faults.crew import Crew
from tests.faults.rig import Rig
from tests.faults.test_broker_faults import gateway_sessions

RATE = 150.0
FIGHT_S = 7.0
MOST_TURNS = 5


def test_a_twin_that_always_comes_back_is_not_fought_many_times_a_second(
    rig: Rig, crew: Crew
) -> None:
    """A copy of the ward with a database of its own: no lock keeps it off our session."""
    crew.talk(RATE, 0.3)
    crew.rate = RATE
    before = gateway_sessions(rig)
    with twin(rig, before[-1]):
        time.sleep(FIGHT_S)
        turns = len(gateway_sessions(rig)) - len(before)
    assert 1 <= turns <= 2 * MOST_TURNS, "each of the two connects once a turn"
    rig.settle(crew)


@contextmanager
def twin(rig: Rig, name: str) -> Iterator[None]:
    """A client under the gateway's name that connects again as soon as it is thrown out."""
    secrets = rig.base.secrets
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
    client.tls_set(
        str(secrets.file("service-ca.crt")),
        str(secrets.file("gateway.crt")),
        str(secrets.file("gateway.key")),
    )
    client.reconnect_delay_set(0.05, 0.05)
    client.connect_async("127.0.0.1", rig.broker.private.service_port, clean_start=False)
    client.loop_start()
    try:
        yield
    finally:
        client.disconnect()
        client.loop_stop()
