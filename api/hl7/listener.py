"""MLLP: the listener that other systems connect to, with TLS and client certificates.

Messages of a connection are handled one after another, each acknowledged before the next is read.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from hl7.mllp import InvalidBlockError, start_hl7_server

from api.errors import UnavailableError
from api.hl7.settings import Hl7Settings

_log = structlog.get_logger("api.hl7")
Handle = Callable[[bytes], Awaitable[str]]


def tls(settings: Hl7Settings, purpose: ssl.Purpose) -> ssl.SSLContext | None:
    """Return how both sides prove who they are; None: no files are named, a loopback alone.

    Args:
        settings: name own certificate and key, and the authority of the others.
        purpose: ``CLIENT_AUTH`` to listen, ``SERVER_AUTH`` to connect.
    """
    own, key, authority = settings.cert_file, settings.private_key_file, settings.ca_file
    if own is None or key is None or authority is None:
        return None
    context = ssl.create_default_context(purpose, cafile=str(authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(own, key)
    return context


class Listener:
    """Reads messages and answers each; bounded in connections, size and silence."""

    def __init__(self, settings: Hl7Settings, handle: Handle) -> None:
        """Keep what is bounded, and what takes a message."""
        self._settings = settings
        self._handle = handle
        self._open: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen until the end of the ``with``; gives the port."""
        settings = self._settings
        server = await start_hl7_server(
            self._connected,
            settings.host,
            settings.port,
            limit=settings.max_bytes,
            encoding="utf-8",
            ssl=tls(settings, ssl.Purpose.CLIENT_AUTH),
        )
        async with server:
            yield server.sockets[0].getsockname()[1]
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: Any, writer: Any) -> None:  # noqa: ANN401 - no types there
        task = asyncio.current_task()
        if task is None or len(self._open) >= self._settings.connections:
            _log.warning("too_many_connections")
            writer.close()
            return
        self._open.add(task)
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass  # the other side has gone, or is silent: it connects again
        except (InvalidBlockError, ValueError):
            _log.warning("no_mllp", told="a block without its marks, or longer than may be")
        except UnavailableError as error:
            _log.warning("not_acknowledged", why=error.detail)
        finally:
            self._open.discard(task)
            writer.close()

    async def _converse(self, reader: Any, writer: Any) -> None:  # noqa: ANN401
        while True:
            async with asyncio.timeout(self._settings.idle_s):
                block = await reader.readblock()
            answer = await self._handle(block)
            writer.writeblock(answer.encode())
            async with asyncio.timeout(self._settings.idle_s):
                await writer.drain()
