"""A private Mosquitto: its folder, its configuration from ``deploy/broker``, how it is started.

Everything it reads lies in one folder of its own, owned by the account it runs as; the keys in
it are copies, so that no other secret of the stack is ever within its reach.
"""

import base64
import hashlib
import os
import shutil
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from string import Template

from deploy.services.ports import HOST
from deploy.services.process import Launch
from deploy.services.unix_account import UnixAccount, hand_over
from deploy.settings import plain_environment

TEMPLATES = Path(__file__).parents[1] / "broker"
FLEET_USER = "HOMEWARD-FLEET"
GATEWAY_USER = "HOMEWARD-GATEWAY"
CIPHERS = ":".join(
    f"ECDHE-{signed}-{sealed}"
    for signed in ("ECDSA", "RSA")
    for sealed in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
)
"""Of TLS 1.2 the suites that are authenticated encryption (RFC 9325, 4.2); 1.3 has no others."""
LIMITS = {
    "inflight_bytes": 64 * 1024 * 1024,
    "queue_messages": 1_000_000,
    "queue_bytes": 512 * 1024 * 1024,
    "memory_bytes": 1536 * 1024 * 1024,
}
"""What the broker may hold for one client, and in all; below the container's ``mem_limit``."""
_BUCKETS = 256
LIST = "device-ca.crl"
SECRETS = ("device-ca.crt", "service-ca.crt", "broker.crt", "broker.key", LIST)
_PBKDF2_ROUNDS = 101
_STRANGER = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x05\x00\x04look"
"""A CONNECT of MQTT 3.1.1 without a name; it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateMosquitto:
    """One broker of our own.

    Attributes:
        program: the ``mosquitto`` binary.
        folder: everything it reads and writes, reachable by ``account``.
        device_port: TLS listener of the devices.
        service_port: TLS listener of the gateway.
        fleet_port: plain loopback listener of the simulators.
        account: who it runs as; None means ourselves.
    """

    program: Path
    folder: Path
    device_port: int
    service_port: int
    fleet_port: int
    account: UnixAccount | None

    def prepare(self, secrets: Path, fleet_password: str) -> None:
        """Write configuration, access lists and copies of the certificates it needs."""
        own, data = self.folder / "secrets", self.folder / "data"
        for folder in (self.folder, own, data):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in SECRETS:
            shutil.copyfile(secrets / name, own / name, follow_symlinks=True)
        (own / "fleet.passwd").write_text(password_line(FLEET_USER, fleet_password))
        (self.folder / "access.acl").write_text(access_list() + _template("fleet.acl"))
        (self.folder / "mosquitto.conf").write_text(self._configuration())
        for file in self.folder.rglob("*"):
            file.chmod(0o700 if file.is_dir() else 0o600)
        hand_over(self.folder, self.account)

    def take_list(self, source: Path) -> bool:
        """Copy the list of revoked certificates; whether that changed anything."""
        copy = self.folder / "secrets" / LIST
        content = source.read_bytes()
        if copy.exists() and copy.read_bytes() == content:
            return False
        draft = copy.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_bytes(content)
        if self.account is not None:
            os.chown(draft, self.account.uid, self.account.gid)
        draft.replace(copy)
        return True

    def _configuration(self) -> str:
        text = _template("mosquitto.conf") + _template("fleet.conf")
        secrets = self.folder / "secrets"
        return Template(text).substitute(
            data=self.folder / "data",
            device_ca=secrets / "device-ca.crt",
            revoked=secrets / LIST,
            service_ca=secrets / "service-ca.crt",
            certificate=secrets / "broker.crt",
            key=secrets / "broker.key",
            passwords=secrets / "fleet.passwd",
            config=self.folder,
            host=HOST,
            **LIMITS,
            ciphers=CIPHERS,
            device_port=self.device_port,
            service_port=self.service_port,
            fleet_port=self.fleet_port,
        )

    def launch(self) -> Launch:
        """Return how the broker is started."""
        return Launch(
            argv=[str(self.program), "-c", str(self.folder / "mosquitto.conf")],
            env=plain_environment(),
            account=self.account,
        )

    def speaks(self) -> bool:
        """Whether it answers: of one that has stopped the system still takes connections."""
        return bool(_answer(self.fleet_port))

    def answers(self) -> bool:
        """Whether every listener takes connections."""
        ports = (self.device_port, self.service_port, self.fleet_port)
        return all(_listens(port) for port in ports)


def _answer(port: int) -> bytes:
    """What a broker says to somebody whom it does not know; empty: nothing."""
    try:
        with socket.create_connection((HOST, port), timeout=2) as line:
            line.sendall(_STRANGER)
            return line.recv(4)
    except OSError:
        return b""


def access_list() -> str:
    """Return the access list of devices and gateway, with a line for each bucket."""
    lines: list[str] = []
    for line in _template("access.acl").splitlines(keepends=True):
        each = range(_BUCKETS) if "${bucket}" in line else [0]
        lines += [Template(line).safe_substitute(bucket=f"{bucket:02x}") for bucket in each]
    return "".join(lines)


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=2).close()
    except OSError:
        return False
    return True


def password_line(user: str, password: str) -> str:
    """Return a line of Mosquitto's password file (PBKDF2 with SHA-512).

    The password is 256 random bits, so the number of rounds adds nothing and is Mosquitto's own.
    """
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _PBKDF2_ROUNDS)
    texts = [base64.b64encode(part).decode() for part in (salt, digest)]
    return f"{user}:$7${_PBKDF2_ROUNDS}${texts[0]}${texts[1]}\n"


def client_context(ca_file: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Return the TLS settings of a client that shows a certificate."""
    context = ssl.create_default_context(cafile=str(ca_file))
    context.load_cert_chain(certificate, key)
    return context
