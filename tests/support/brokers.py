"""A real Mosquitto with its two TLS doors and the fleet's, and certificates to enter them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.secrets.certificates import issue_client, load
from deploy.secrets.stack_secrets import write_private
from deploy.services.mosquitto import FLEET_USER, PrivateMosquitto
from tests.support.servers import Running


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFiles:
    """Certificate and key of one client, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A running broker.

    Attributes:
        host: always the loopback.
        device_port: TLS, devices' certificates.
        service_port: TLS, the gateway's certificate.
        fleet_port: plain, ``fleet_username`` and ``fleet_password``, any device.
        ca_file: the authority of the broker's own certificate.
        secrets: folder with ``device-ca.crt``/``.key``, ``service-ca.crt``/``.key``, the
            gateway's keys and certificate (see ``deploy.secrets.stack_secrets``).
        gateway: the gateway's client certificate.
        running: the process, to be killed and started again by fault tests.
    """

    host: str
    device_port: int
    service_port: int
    fleet_port: int
    ca_file: Path
    secrets: Path
    gateway: ClientFiles
    fleet_password: str
    running: Running
    fleet_username: str = FLEET_USER

    @property
    def service_url(self) -> str:
        """``HOMEWARD_MQTT_URL`` for a gateway."""
        return f"mqtts://{self.host}:{self.service_port}"

    def device_certificate(self, device: str, folder: Path) -> ClientFiles:
        """Issue a client certificate for ``device`` by the device authority, into ``folder``."""
        authority = load(self.secrets / "device-ca.crt", self.secrets / "device-ca.key")
        credential = issue_client(authority, device, datetime.now(UTC))
        files = ClientFiles(certificate=folder / f"{device}.crt", key=folder / f"{device}.key")
        write_private(files.certificate, credential.certificate_pem())
        write_private(files.key, credential.key_pem())
        return files


def broker_of(
    server: PrivateMosquitto, secrets: Path, fleet_password: str, running: Running
) -> Broker:
    """Describe a running broker for the tests."""
    return Broker(
        host="127.0.0.1",
        device_port=server.device_port,
        service_port=server.service_port,
        fleet_port=server.fleet_port,
        ca_file=secrets / "service-ca.crt",
        secrets=secrets,
        gateway=ClientFiles(certificate=secrets / "gateway.crt", key=secrets / "gateway.key"),
        fleet_password=fleet_password,
        running=running,
    )
