"""Makes what the containers need before their first start: secrets, and the broker's files.

The same secrets as the embedded stack's, made by the same functions; nothing that is already
there is changed, so that it may be run again after an upgrade. The service authority's key stays
in the folder for the next certificate: keep it off line.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template

from deploy.secrets.revocation_list import ensure_list
from deploy.secrets.stack_secrets import DATABASE_HOST, Secrets, ensure_secrets, write_private
from deploy.services.mosquitto import CIPHERS, LIMITS, LIST, TEMPLATES, access_list
from deploy.services.postgres import SUPERUSER

_RUN_SECRETS = "/run/secrets"


def provision(folder: Path, hosts: Sequence[str], now: datetime) -> Secrets:
    """Make ``folder`` with secrets, the broker's files, and a folder for each part that writes.

    Args:
        folder: where ``docker-compose.yml`` looks: ``deployment`` beside it.
        hosts: names that devices and gateway reach the broker by.
        now: real time, for certificates.
    """
    folder.mkdir(parents=True, exist_ok=True)
    secrets = ensure_secrets(folder / "secrets", now, None, ("broker", *hosts))
    passwords = {SUPERUSER: secrets.superuser, **secrets.logins}
    for login, password in passwords.items():
        line = f"{DATABASE_HOST}:5432:*:{login}:{password}\n"
        write_private(secrets.file(f"{login}.pgpass"), line.encode())
    _broker_files(folder / "broker")
    for name in ("anchors", "broker-data", "hl7", "images", "revoked", "uploads"):
        (folder / name).mkdir(exist_ok=True, mode=0o700)
    ensure_list(folder / "revoked" / LIST, secrets.folder, now)
    return secrets


def provision_now(folder: Path, hosts: Sequence[str]) -> Secrets:
    """Provision at the machine's own time; see ``provision``."""
    return provision(folder, hosts, datetime.now(UTC))  # noqa: TID251 - the edge of a command


def _broker_files(folder: Path) -> None:
    folder.mkdir(exist_ok=True, mode=0o700)
    template = Template((TEMPLATES / "mosquitto.conf").read_text(encoding="utf-8"))
    text = template.substitute(
        data="/mosquitto/data",
        config="/mosquitto/config",
        device_ca=f"{_RUN_SECRETS}/device_ca_crt",
        revoked=f"/mosquitto/revoked/{LIST}",
        service_ca=f"{_RUN_SECRETS}/service_ca_crt",
        certificate=f"{_RUN_SECRETS}/broker_crt",
        key=f"{_RUN_SECRETS}/broker_key",
        host="0.0.0.0",  # noqa: S104 - inside the container; the ports are published by compose
        **LIMITS,
        ciphers=CIPHERS,
        device_port=8883,
        service_port=8884,
    )
    write_private(folder / "mosquitto.conf", text.encode())
    write_private(folder / "access.acl", access_list().encode())
    write_private(folder / "serve.sh", (TEMPLATES / "serve.sh").read_bytes())
