"""A real gateway worker in this process, on a real broker and a real database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nacl.public import PrivateKey

from gateway.settings import GatewaySettings
from gateway.telemetry import Health, Metrics
from gateway.worker.worker import Worker
from tests.support.brokers import Broker
from tests.support.databases import Database
from tests.support.servers import wait_until

SOON_S = 12.0


def worker_settings(
    database: Database, broker: Broker, folder: Path, **more: object
) -> GatewaySettings:
    """Settings of a worker that beats fast."""
    sign, box = folder / "sign.key", folder / "box.key"
    sign.write_bytes(b"s" * 32)
    box.write_bytes(bytes(PrivateKey(b"b" * 32)))
    return GatewaySettings(
        database_url=database.gateway,
        gateway_sign_key_file=sign,
        gateway_box_key_file=box,
        mqtt_url=broker.service_url,
        mqtt_ca_file=broker.ca_file,
        mqtt_cert_file=broker.gateway.certificate,
        mqtt_key_file=broker.gateway.key,
        heartbeat_s=0.2,
        heartbeat_lost_s=2.0,
        **more,
    )


@contextmanager
def at_work(settings: GatewaySettings) -> Iterator[Health]:
    """A worker that serves, for the time of a ``with``."""
    stop, health = threading.Event(), Health()
    worker = Worker(settings, Metrics(), health)
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    try:
        wait_until(lambda: not health.reason, SOON_S)
        yield health
    finally:
        stop.set()
        thread.join(SOON_S)
        assert not thread.is_alive()
