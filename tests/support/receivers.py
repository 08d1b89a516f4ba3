"""What is at the other end of a notice: an SMTP server, a webhook's receiver, a push service.

All are real servers on ports of their own; what came is kept in order.
"""

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast
from urllib.parse import urlsplit

import http_ece
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.services.ports import free_ports

HOST = "127.0.0.1"


@dataclass(slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """A HTTP server that keeps what it gets.

    Attributes:
        answer: status of the next answers; called with what came.
    """

    server: ThreadingHTTPServer
    got: list[Received] = field(default_factory=list)
    answer: Callable[[Received], int] = lambda _: 201

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.server.server_port}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            came = Received(self.path, headers, self.rfile.read(length))
            receiver.got.append(came)
            self.send_response(receiver.answer(came))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Mailbox(Message):
    """Keeps the mail that an SMTP server takes."""

    got: list[Mail] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_message(self, message: Mail) -> None:
        self.got.append(message)

    @property
    def gateway(self) -> str:
        return f"mailto://{HOST}:{self.port}?from=ward@example.org&mode=insecure&to={{to}}"


@contextmanager
def mail_taken() -> Iterator[Mailbox]:
    """An SMTP server for as long as the block lasts."""
    [port] = free_ports(1)
    mailbox = Mailbox(port=port)
    controller = Controller(mailbox, hostname=HOST, port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass(slots=True)
class Browser:
    """A browser's subscription: it alone can open what is pushed to it."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "keys": {"p256dh": unpadded(point), "auth": unpadded(self.auth)},
        }

    def open(self, came: Received) -> dict[str, Any]:
        plain = http_ece.decrypt(
            came.body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )
        return cast("dict[str, Any]", json.loads(plain))


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def vapid_claims(came: Received) -> dict[str, Any]:
    """Check who pushed, by the key that it names, and return what it claims (RFC 8292)."""
    scheme, rest = came.headers["authorization"].split(" ", 1)
    assert scheme == "vapid"
    parts = dict(one.split("=", 1) for one in rest.split(","))
    token = parts["t"].strip()
    signed, _, signature = token.rpartition(".")
    raw = padded(signature)
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), padded(parts["k"].strip()))
    key.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(padded(signed.split(".")[1]))
    where = urlsplit(claims["aud"])
    assert (where.scheme, where.netloc) == ("http", came.headers["host"])
    return claims
