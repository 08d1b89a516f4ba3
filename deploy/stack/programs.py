"""The programs of the stack, as the supervisor needs them: command, environment, readiness."""

import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analytics.domain.clock import WardClock
from deploy.secrets.stack_secrets import Secrets
from deploy.services.mosquitto import LIST, PrivateMosquitto
from deploy.services.orthanc import USER, PrivateOrthanc
from deploy.services.ports import HOST, Ports
from deploy.services.postgres import PrivatePostgres
from deploy.services.process import Launch
from deploy.settings import inherited_environment
from deploy.stack.supervisor import Part
from deploy.stack.ward_clock import environment as clock_environment

_PROBE_TIMEOUT_S = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What the programs must be told of each other.

    Attributes:
        databases: connection URLs by login role.
        broker: ``HOMEWARD_MQTT_*`` and ``HOMEWARD_DEVICE_MQTT_*`` variables of gateway and API.
        ports: the stack's ports.
        secrets: the stack's secrets.
        clock: the ward's clock.
        hang_s: after so many seconds without an answer a program is ended.
        api: further settings of the API.
        archive: ``HOMEWARD_ARCHIVE_*`` variables of the API; none without an archive.
    """

    databases: Mapping[str, str]
    broker: Mapping[str, str]
    ports: Ports
    secrets: Secrets
    clock: WardClock
    hang_s: float
    archive: Mapping[str, str]
    api: Mapping[str, str] = field(default_factory=dict)


def postgres_part(server: PrivatePostgres, hang_s: float) -> Part:
    """Return the database as a part."""
    return Part(
        name="postgres",
        launch=server.launch(),
        ready=server.answers,
        alive=server.answers,
        hang_s=hang_s,
    )


def broker_part(server: PrivateMosquitto, hang_s: float) -> Part:
    """Return the broker as a part."""
    return Part(
        name="broker",
        launch=server.launch(),
        ready=server.answers,
        alive=server.speaks,
        hang_s=hang_s,
    )


def archive_part(server: PrivateOrthanc, hang_s: float) -> Part:
    """Return the archive of images as a part."""
    return Part(
        name="archive",
        launch=server.launch(),
        ready=server.answers,
        alive=server.answers,
        hang_s=hang_s,
    )


def own_archive(server: PrivateOrthanc | None, secrets: Secrets) -> dict[str, str]:
    """Return what the API is told of the stack's own archive."""
    if server is None:
        return {}
    return {
        "HOMEWARD_ARCHIVE_URL": server.url,
        "HOMEWARD_ARCHIVE_USER": USER,
        "HOMEWARD_ARCHIVE_PASSWORD_FILE": str(secrets.file("archive.password")),
        "HOMEWARD_ARCHIVE_UPLOADS": str(secrets.folder.parent / "uploads"),
    }


def own_broker(secrets: Secrets, ports: Ports) -> dict[str, str]:
    """Return what gateway and API are told of the stack's own broker."""
    return {
        "HOMEWARD_MQTT_URL": f"mqtts://{HOST}:{ports.mqtt_service}",
        "HOMEWARD_MQTT_CA_FILE": str(secrets.file("service-ca.crt")),
        "HOMEWARD_MQTT_CERT_FILE": str(secrets.file("gateway.crt")),
        "HOMEWARD_MQTT_KEY_FILE": str(secrets.file("gateway.key")),
        "HOMEWARD_DEVICE_MQTT_HOST": "localhost",
        "HOMEWARD_DEVICE_MQTT_PORT": str(ports.mqtt),
    }


def gateway_part(wiring: Wiring) -> Part:
    """Return the gateway as a part."""
    secrets = wiring.secrets
    env = {
        "HOMEWARD_DATABASE_URL": wiring.databases["homeward_gateway_login"],
        "HOMEWARD_GATEWAY_SIGN_KEY_FILE": str(secrets.file("gateway-sign.key")),
        "HOMEWARD_GATEWAY_BOX_KEY_FILE": str(secrets.file("gateway-box.key")),
        "HOMEWARD_METRICS_PORT": str(wiring.ports.metrics),
        **wiring.broker,
    }
    return _python_part("gateway", "gateway", env, wiring, wiring.ports.metrics)


def api_part(wiring: Wiring) -> Part:
    """Return the API with its dashboard, alert engine and re-planner as a part."""
    env = {
        **api_environment(wiring.databases, wiring.secrets, wiring.ports.api),
        **wiring.broker,
        **wiring.api,
        **wiring.archive,
    }
    return _python_part("api", "api", env, wiring, wiring.ports.api)


def api_environment(databases: Mapping[str, str], secrets: Secrets, port: int) -> dict[str, str]:
    """Return what the API is told, but for the broker.

    Args:
        databases: connection URLs by login role.
        secrets: the stack's.
        port: where it listens.
    """
    return {
        "HOMEWARD_DATABASE_URL": databases["homeward_api_login"],
        "HOMEWARD_ENGINE_DATABASE_URL": databases["homeward_engine_login"],
        "HOMEWARD_API_HOST": HOST,
        "HOMEWARD_API_PORT": str(port),
        "HOMEWARD_MASTER_KEY_FILE": str(secrets.file("master.key")),
        "HOMEWARD_DEVICE_CA_CERT_FILE": str(secrets.file("device-ca.crt")),
        "HOMEWARD_DEVICE_CA_KEY_FILE": str(secrets.file("device-ca.key")),
        "HOMEWARD_DEVICE_CRL_FILE": str(secrets.file(LIST)),
        "HOMEWARD_AUDIT_ANCHOR_FILE": str(secrets.folder.parent / "audit-anchors.jsonl"),
        "HOMEWARD_AUDIT_SIGN_KEY_FILE": str(secrets.file("anchor.key")),
        "HOMEWARD_NOTICE_VAPID_KEY_FILE": str(secrets.file("vapid.key")),
        "HOMEWARD_NOTICE_SITE": f"http://{HOST}:{port}",
        "HOMEWARD_COOKIE_SECURE": "false",
        "HOMEWARD_STAFF_SECOND_FACTOR": "false",
        "HOMEWARD_ADMIN_CLINICAL": "true",
    }


def hl7_part(wiring: Wiring, key_file: Path, port: int) -> Part:
    """Return the HL7 program as a part.

    Args:
        wiring: what it must be told of the others; it has the API's rights.
        key_file: key of the machine account in whose name it acts.
        port: loopback port to listen on.
    """
    env = {
        **api_environment(wiring.databases, wiring.secrets, wiring.ports.api),
        "HOMEWARD_HL7_KEY_FILE": str(key_file),
        "HOMEWARD_HL7_HOST": HOST,
        "HOMEWARD_HL7_PORT": str(port),
    }
    launch = Launch(
        argv=[sys.executable, "-m", "api.hl7"],
        env=inherited_environment()
        | {"PYTHONUNBUFFERED": "1"}
        | clock_environment(wiring.clock)
        | env,
    )
    return Part(name="hl7", launch=launch, ready=listens_at(port))


def listens_at(port: int) -> Callable[[], bool]:
    """Return a probe of a loopback port: whether somebody listens there."""

    def ready() -> bool:
        try:
            with socket.create_connection((HOST, port), timeout=_PROBE_TIMEOUT_S):
                return True
        except OSError:
            return False

    return ready


def _python_part(name: str, module: str, env: Mapping[str, str], wiring: Wiring, port: int) -> Part:
    launch = Launch(
        argv=[sys.executable, "-m", module],
        env=inherited_environment()
        | {"PYTHONUNBUFFERED": "1"}
        | clock_environment(wiring.clock)
        | dict(env),
    )
    where = f"http://{HOST}:{port}"
    return Part(
        name=name,
        launch=launch,
        ready=answers_at(f"{where}/readyz"),
        alive=answers_at(f"{where}/healthz"),
        hang_s=wiring.hang_s,
    )


def answers_at(url: str) -> Callable[[], bool]:
    """Return a probe of a page: whether it is there and well."""

    def ready() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=_PROBE_TIMEOUT_S) as answer:  # noqa: S310
                return bool(answer.status == 200)  # noqa: PLR2004 - HTTP OK
        except (urllib.error.URLError, OSError):
            return False

    return ready
