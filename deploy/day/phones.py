"""The staff's telephones: a push service of the simulation's own, on the loopback.

It takes what the ward's sender hands over, as a browser's push service does, and tells whose
telephone rings. What is inside is sealed for a browser and stays shut: the name of a notice stands
in the header ``Topic``.
"""

import asyncio
import base64
import os
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any, Self
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.services.ports import HOST

_TAKEN = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
Rings = Callable[[UUID], None]


class Phones:
    """All telephones of the ward; as an asynchronous context manager they ring.

    The address is taken at once, since the ward must be told of it before it starts.

    Attributes:
        rung: how often each notice has come; more than once under the same id is one ring.
    """

    def __init__(self) -> None:
        self.rung: Counter[UUID] = Counter()
        self._owners: dict[str, Rings] = {}
        self._door = socket.create_server((HOST, 0))
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Take calls."""
        self._server = await asyncio.start_server(self._serve, sock=self._door)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the door."""
        if self._server is not None:
            self._server.close()

    @property
    def origin(self) -> str:
        """Address of the push service."""
        return f"http://{HOST}:{self._door.getsockname()[1]}"

    def subscribe(self, owner: str, rings: Rings) -> dict[str, Any]:
        """Return the subscription of one person's telephone.

        Args:
            owner: a name fit for a path.
            rings: told of each notice, once.
        """
        self._owners[f"/{owner}"] = rings
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _text(point), "auth": _text(os.urandom(16))}
        return {"endpoint": f"{self.origin}/{owner}", "keys": keys}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                fields = _fields(head)
                await reader.readexactly(int(fields.get("content-length", "0")))
                self._ring(head.split(" ")[1], UUID(fields["topic"]))
                writer.write(_TAKEN)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _ring(self, path: str, notice: UUID) -> None:
        self.rung[notice] += 1
        if self.rung[notice] == 1 and path in self._owners:
            self._owners[path](notice)


def _fields(head: str) -> dict[str, str]:
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in lines}


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
