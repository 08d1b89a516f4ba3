"""`homeward up` with the address of an outlet: what simulated people measure is told outside."""

import asyncio
import json
from pathlib import Path

import nats
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from deploy.services.ports import free_ports
from tests.support import wards
from tests.support.nats_server import PrivateNats
from tests.support.servers import Running

START = "2026-03-02T08:00:00Z"


async def _is_there(stream: JetStreamContext, subject: str) -> bool:
    try:
        await stream.find_stream_name_by_subject(subject)
    except NotFoundError:
        return False
    return True


async def first_of(url: str, kind: str) -> dict[str, object]:
    """The first message of a kind; an ordinary reader of the stream waits for it."""
    client = await nats.connect(url)
    try:
        stream, subject = client.jetstream(), f"homeward.v1.north.{kind}.*"
        async with asyncio.timeout(60):
            while not await _is_there(stream, subject):  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.1)
        reader = await stream.subscribe(subject)
        told: dict[str, object] = json.loads((await reader.next_msg(timeout=90)).data)
        return told
    finally:
        await client.close()


def test_a_ward_that_is_given_an_address_tells_what_it_stores(tmp_path: Path) -> None:
    server = PrivateNats(folder=tmp_path / "nats", port=free_ports(1)[0])
    outside = Running(server, tmp_path / "nats.log")
    outside.start()
    env = {"HOMEWARD_OUTLET_URL": server.url, "HOMEWARD_OUTLET_SITE": "north"}
    words = ("--simulate", "2", "--clock-start", START, "--clock-rate", "60")
    try:
        with wards.running(tmp_path / "ward", *words, env=env):
            told = asyncio.run(first_of(server.url, "readings"))
            score = asyncio.run(first_of(server.url, "assessment"))
    finally:
        outside.stop()
    assert told["schema"] == "homeward.readings/1"
    assert told["ward"] == score["ward"] == "main"
