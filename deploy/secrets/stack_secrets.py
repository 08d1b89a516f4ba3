"""The stack's secrets: all made on the first start, none has a default, all kept in one folder.

Files are written in one step with mode 0600 in a folder of mode 0700, so that a start that is
interrupted leaves either no secret or a whole one.
"""

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from nacl.encoding import HexEncoder
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from deploy.secrets.certificates import Credential, issue_client, issue_server, load, make_authority
from deploy.secrets.logins import LOGINS
from deploy.secrets.revocation_list import ensure_list
from deploy.services.mosquitto import GATEWAY_USER, LIST

DATABASE_HOST = "database"
"""Name of the containers' database in their network."""

_PRIVATE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The folder of secrets and the passwords read from it.

    Attributes:
        folder: where the key and certificate files are.
        superuser: the database superuser's password.
        logins: passwords of the login roles, by role.
        fleet: password of the simulators' broker account.
        admin: password of the first admin.
        archive: password of the archive of images.
    """

    folder: Path
    superuser: str
    logins: Mapping[str, str]
    fleet: str
    admin: str
    archive: str

    def file(self, name: str) -> Path:
        """Return the path of one secret, for example ``master.key``."""
        return self.folder / name


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 in one step: readers see the old or the new, never a part."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(path)


def ensure_secrets(
    folder: Path,
    now: datetime,
    admin_password: str | None,
    broker_hosts: Sequence[str] = (),
) -> Secrets:
    """Make what is missing, renew certificates that end soon, and return the secrets.

    Args:
        folder: where they are kept.
        now: real time, for the certificates.
        admin_password: the first admin's, when chosen by the operator.
        broker_hosts: names of the broker besides localhost, for its certificate.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _kept(folder / "gateway-sign.key", lambda: bytes(SigningKey.generate()))
    _kept(folder / "gateway-box.key", lambda: bytes(PrivateKey.generate()))
    _kept(folder / "master.key", lambda: secrets.token_bytes(32))
    _kept(folder / "vapid.key", _push_key)
    anchor = _kept(folder / "anchor.key", lambda: bytes(SigningKey.generate()))
    _kept(folder / "anchor.pub", lambda: SigningKey(anchor).verify_key.encode(HexEncoder))
    _kept(folder / "turn.secret", lambda: secrets.token_hex(32).encode())
    ensure_certificates(folder, now, broker_hosts)
    ensure_list(folder / LIST, folder, now)
    return Secrets(
        folder=folder,
        superuser=_password(folder / "postgres.password"),
        logins={login: _password(folder / f"{login}.password") for login in LOGINS},
        fleet=_password(folder / "fleet.password"),
        admin=_password(folder / "admin.password", admin_password),
        archive=_password(folder / "archive.password"),
    )


def _push_key() -> bytes:
    """Make the key by which push services know this site (RFC 8292: P-256)."""
    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def ensure_certificates(folder: Path, now: datetime, broker_hosts: Sequence[str] = ()) -> None:
    """Make the two authorities, and the certificates of broker and gateway, where missing."""
    _authority(folder, "device-ca", now)
    service = _authority(folder, "service-ca", now)
    _leaf(folder, "broker", now, lambda: issue_server(service, now, broker_hosts))
    _leaf(folder, "database", now, lambda: issue_server(service, now, (DATABASE_HOST,)))
    _leaf(folder, "gateway", now, lambda: issue_client(service, GATEWAY_USER, now))


def _authority(folder: Path, name: str, now: datetime) -> Credential:
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    if not _whole(certificate, key):
        _store(folder, name, make_authority(f"Homeward {name}", now))
    return load(certificate, key)


def _leaf(folder: Path, name: str, now: datetime, issue: Callable[[], Credential]) -> None:
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    if not _whole(certificate, key) or load(certificate, key).due(now):
        _store(folder, name, issue())


def _whole(certificate: Path, key: Path) -> bool:
    """Whether both files are there and belong together (a renewal may have been cut short)."""
    return certificate.exists() and key.exists() and load(certificate, key).belongs_together()


def _store(folder: Path, name: str, credential: Credential) -> None:
    write_private(folder / f"{name}.key", credential.key_pem())
    write_private(folder / f"{name}.crt", credential.certificate_pem())


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the file's content, making it on the first start."""
    if not path.exists():
        write_private(path, make())
    return path.read_bytes()


def _password(path: Path, wanted: str | None = None) -> str:
    made = (wanted or secrets.token_urlsafe(32)).encode()
    return _kept(path, lambda: made).decode()
