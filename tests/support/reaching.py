"""A ward's calls on their way to people: the engine's step, and the sender beside an API."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due, findings
from api.alerting.settings import AlertingSettings
from api.app import create_app
from api.notify.sender import run_sender
from api.notify.settings import NotifySettings
from deploy.secrets.stack_secrets import ensure_secrets
from tests.support.receivers import Mailbox, Receiver
from tests.support.ward import Person, Ward

if TYPE_CHECKING:
    from api.services import Services

POLICY = EpisodePolicy()
HURRIED = {"pause_s": 0.05, "tick_s": 0.05, "answer_s": 5.0}


def settings_of(
    folder: Path, *, mail: Mailbox | None = None, to: Receiver | None = None, **more: object
) -> NotifySettings:
    """Settings of a site whose gateways are the test's own servers."""
    ensure_secrets(folder / "keys", datetime.now(UTC), None)
    gateway = folder / "email.gateway"
    if mail is not None:
        gateway.write_text(mail.gateway)
    hosts = to.origin if to is not None else ""
    known: dict[str, Any] = {
        "vapid_key_file": folder / "keys" / "vapid.key",
        "email_gateway_file": gateway if mail is not None else None,
        "push_hosts": hosts,
        "webhook_hosts": hosts,
        "site": "https://ward.example.org",
        **HURRIED,
    }
    return NotifySettings(**(known | more))


@asynccontextmanager
async def reaching(
    ward: Ward, settings: NotifySettings, *, sends: bool = True
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an API that has no background task but the sender."""
    app = create_app(ward.settings)
    app.state.notify = settings
    services: Services = app.state.services
    await services.pool.open()
    await services.engine_pool.open()
    task = asyncio.create_task(run_sender(services, settings)) if sends else None
    transport = httpx2.ASGITransport(app)
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="http://ward") as client:
            yield client
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await services.engine_pool.close()
        await services.pool.close()


async def engine(ward: Ward, now: datetime | None = None) -> None:
    """What the alert engine does when it is woken."""
    at = now or datetime.now(UTC)
    async with ward.engine() as conn:
        while await findings.take(conn, at, AlertingSettings(), POLICY):
            pass
        while await due.tick(conn, at, POLICY):
            pass


async def add_channel(client: httpx2.AsyncClient, who: Person, kind: str, address: object) -> str:
    """Set one more channel; return its id."""
    body = {"kind": kind, "address": address}
    made = await client.post("/api/v1/me/channels", json=body, headers=who.headers)
    assert made.status_code == 201, made.text
    channel: str = made.json()["id"]
    return channel


async def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - the database tells nobody but the product
            await asyncio.sleep(0.02)
