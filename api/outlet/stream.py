"""The only module that speaks NATS: a JetStream stream that takes messages, and forgets people.

A message is taken when the server says that it has stored it. One that is sent again under its id
is kept once, for as long as the stream remembers ids. Nothing here waits for a server that is gone:
the connection does not heal itself, whoever uses it connects anew.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from nats.aio.client import Client
from nats.errors import Error
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, PubAck, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from api.outlet.messages import OutletMessage
from api.outlet.settings import SUBJECTS, OutletSettings

_PING_S = 5


class OutletDownError(Exception):
    """No server takes messages just now."""


class OutletStream:
    """The stream that takes messages, over one connection."""

    def __init__(self, settings: OutletSettings, context: JetStreamContext) -> None:
        self._settings = settings
        self._context = context

    async def ensure(self) -> None:
        """Make the stream unless it is there; one that is there stays as its owner made it."""
        try:
            await self._context.stream_info(self._settings.stream)
        except NotFoundError:
            await self._context.add_stream(
                StreamConfig(
                    name=self._settings.stream,
                    subjects=[f"{SUBJECTS}.>"],
                    storage=StorageType.FILE,
                    discard=DiscardPolicy.OLD,
                    duplicate_window=self._settings.remember_s,
                    max_age=self._settings.keep_days * 86_400,
                )
            )

    async def take(self, messages: Sequence[OutletMessage]) -> None:
        """Have messages stored, in their order; return when all of them are.

        Raises:
            OutletDownError: not all of them are known to be.
        """
        try:
            async with asyncio.timeout(self._settings.answer_s):
                waits: list[asyncio.Future[PubAck]] = []
                for message in messages:
                    if message.forget is not None:
                        await asyncio.gather(*waits)
                        waits.clear()
                        await self._forget(message.forget)
                    waits.append(await self._send(message))
                await asyncio.gather(*waits)
        except (Error, OSError, TimeoutError) as failure:
            raise OutletDownError(str(failure) or type(failure).__name__) from failure

    async def _send(self, message: OutletMessage) -> asyncio.Future[PubAck]:
        return await self._context.publish_async(
            message.subject,
            message.body,
            stream=self._settings.stream,
            headers={"Nats-Msg-Id": message.id, "Content-Type": "application/json"},
        )

    async def _forget(self, subject: str) -> None:
        await self._context.purge_stream(self._settings.stream, subject=subject)


@asynccontextmanager
async def connected(settings: OutletSettings) -> AsyncIterator[OutletStream]:
    """Connect to one of the servers, with the stream there.

    Raises:
        OutletDownError: none of them takes us.
    """
    client = Client()
    try:
        try:
            await _connect(client, settings)
            stream = OutletStream(settings, client.jetstream(timeout=settings.answer_s))
            await stream.ensure()
        except (Error, OSError, TimeoutError) as failure:
            raise OutletDownError(str(failure) or type(failure).__name__) from failure
        yield stream
    finally:
        await client.close()


async def _connect(client: Client, settings: OutletSettings) -> None:
    secure = any(one.startswith("tls:") for one in settings.servers())
    await client.connect(
        servers=settings.servers(),
        name=f"homeward-{settings.site}",
        user=settings.user,
        password=settings.password(),
        tls=ssl.create_default_context(cafile=settings.ca_file) if secure else None,
        allow_reconnect=False,
        connect_timeout=int(settings.answer_s) or 1,
        ping_interval=_PING_S,
        error_cb=_heard,
    )


async def _heard(_: Exception) -> None:
    """Whatever goes wrong is raised where it is waited for, and told there."""
