"""One device with a good certificate does its worst: what broker and gateway hold meanwhile.

It has the broker keep large messages in every bucket it may name, invents topics, subscribes to
whatever it can think of, and sends junk under its own topic as fast as the line takes it. Beside
it honest devices send at a steady rate, and must be stored.
"""

import random
import socket
import ssl
import struct
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.ward import BenchWard, WardPlan
from deploy.secrets.certificates import issue_client, load
from deploy.services.mosquitto import client_context
from deploy.services.ports import HOST

if TYPE_CHECKING:
    from collections.abc import Callable

HONEST_RATE = 50.0
MIB = 1024 * 1024
BROKER_MIB, GATEWAY_MIB = 700.0, 500.0
_LARGE = 100_000
_CONNECT = b"\x00\x04MQTT\x04\x00\x00\x3c"
_LOOK_S = 1.0
_TOLD = """
SELECT count(*) FROM outbox
 WHERE payload->>'condition' = 'refused' AND payload->'detail'->>'device' = %s
"""


def _packet(head: int, body: bytes) -> bytes:
    length, left = bytearray(), len(body)
    while True:
        left, digit = divmod(left, 128)
        length.append(digit | (128 if left else 0))
        if not left:
            return bytes([head, *length]) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw


class Hostile(threading.Thread):
    """The device; works until ``stop`` is set."""

    def __init__(self, name: str, bucket: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(name="hostile", daemon=True)
        self.stop = threading.Event()
        self.sent_bytes = 0
        self._name, self._bucket, self._port, self._context = name, bucket, port, context
        self._rng = random.Random(13)  # noqa: S311 - a benchmark
        self._ways: list[Callable[[], bytes]] = [self._keep, self._invent, self._junk, self._listen]

    @override
    def run(self) -> None:
        """Connect, do harm until the line ends, and come back."""
        while not self.stop.is_set():
            try:
                self._once()
            except OSError:
                self.stop.wait(0.2)

    def _once(self) -> None:
        raw = socket.create_connection((HOST, self._port), timeout=5)
        with self._context.wrap_socket(raw, server_hostname="localhost") as line:
            line.sendall(_packet(0x10, _CONNECT + _text(self._name)))
            threading.Thread(target=_swallow, args=(line,), daemon=True).start()
            while not self.stop.is_set():
                packet = self._rng.choice(self._ways)()
                line.sendall(packet)
                self.sent_bytes += len(packet)

    def _keep(self) -> bytes:
        bucket, kind = self._rng.randrange(256), self._rng.choice(["vitals", "receipts", "status"])
        topic = f"homeward/v1/{bucket:02x}/{self._name}/{kind}"
        return _packet(0x33, _text(topic) + b"\x00\x01" + bytes(_LARGE))

    def _invent(self) -> bytes:
        text = f"{self._rng.random()}".ljust(50_000, "x")
        topic = f"homeward/v1/{text}/{self._name}/vitals"
        return _packet(0x33, _text(topic) + b"\x00\x01" + b"x")

    def _junk(self) -> bytes:
        topic = f"homeward/v1/{self._bucket}/{self._name}/vitals"
        one = _packet(0x32, _text(topic) + b"\x00\x01" + b"\x01" + self._rng.randbytes(300))
        return one * 200

    def _listen(self) -> bytes:
        wanted = f"any/{self._rng.random()}/{self._rng.random()}"
        return _packet(0x82, b"\x00\x02" + _text(wanted) + b"\x00")


def _swallow(line: ssl.SSLSocket) -> None:
    try:
        while line.recv(65_536):
            pass
    except (OSError, ValueError):
        return


def one_hostile_device(run: BenchRun) -> list[BenchFigure]:
    """Memory of broker and gateway, and what became of the honest."""
    with run.ward(WardPlan(devices=51, seed=12)) as ward:
        ward.warm_up()
        evil, ward.fleet = ward.fleet[-1], ward.fleet[:-1]
        hostile = Hostile(
            evil.name, evil.bucket, ward.broker.private.device_port, _context(run, evil.name)
        )
        before, stored = _held(ward), ward.observer.stored()
        most = list(before)
        hostile.start()
        frames = ward.frames(int(HONEST_RATE * run.size.hostile_s), HONEST_RATE)
        sending = threading.Thread(
            target=ward.sender.paced, args=(ward.sender.packets(frames), HONEST_RATE), daemon=True
        )
        sending.start()
        while sending.is_alive():
            sending.join(_LOOK_S)
            most = [max(pair) for pair in zip(most, _held(ward), strict=True)]
        hostile.stop.set()
        hostile.join(10)
        ward.observer.wait_stored(stored + len(frames), 120.0)
        [(told,)] = ward.observer.ask(_TOLD, (evil.name,))
    note = f"{run.size.hostile_s:.0f} s, {hostile.sent_bytes / MIB:,.0f} MiB from it"
    return [
        at_most("broker under one hostile device", most[0] / MIB, "MiB", BROKER_MIB, note),
        plain("broker before it", before[0] / MIB, "MiB"),
        at_most("gateway under one hostile device", most[1] / MIB, "MiB", GATEWAY_MIB, note),
        plain("gateway before it", before[1] / MIB, "MiB", f"alerts named it {told} times"),
    ]


def _held(ward: BenchWard) -> tuple[int, int]:
    return ward.broker.child.resident_bytes(), ward.resident_bytes()


def _context(run: BenchRun, device: str) -> ssl.SSLContext:
    secrets = run.base.secrets
    authority = load(secrets.file("device-ca.crt"), secrets.file("device-ca.key"))
    credential = issue_client(authority, device, datetime.now(UTC))  # noqa: TID251 - an edge
    certificate, key = (Path(run.base.folder) / f"hostile.{end}" for end in ("crt", "key"))
    certificate.write_bytes(credential.certificate_pem())
    key.write_bytes(credential.key_pem())
    return client_context(secrets.file("service-ca.crt"), certificate, key)
