"""Other systems that are told of calls, by signed webhooks; the administrator's."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from analytics.domain.care import Role
from api.errors import NotFoundError
from api.http.deps import Work, allow
from api.notify import addresses, webhook_registry
from api.notify.health import health
from api.notify.transports import NOBODY
from api.store import calls, channels
from api.store.timestamps import rfc3339
from api.vault import personal_data

router = APIRouter(prefix="/webhooks", tags=["channels"], dependencies=[allow(Role.ADMIN)])


class NewWebhook(BaseModel):
    """Where to tell, and of which ward; of every one if none is named."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
    ward: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None


@router.get("")
async def list_webhooks(work: Work) -> dict[str, Any]:
    """Every webhook with what came of its last notice; secrets are not told again."""
    key = await personal_data.system_key(work.conn, work.services.vault, addresses.PURPOSE)
    rows = await channels.webhooks(work.conn)
    items = [
        {
            "id": str(row["id"]),
            "url": addresses.opened(key, NOBODY, row["id"], row["sealed"])["address"],
            "ward": row["ward"],
            "created_at": rfc3339(row["created_at"]),
            **health(row),
        }
        for row in rows
    ]
    return {"items": items, "next": None}


@router.post("", status_code=201)
async def add_webhook(request: Request, work: Work, body: NewWebhook) -> dict[str, Any]:
    """Add a webhook, to a host that the operator allows; ``secret`` is told once."""
    hosts = request.app.state.notify.webhook_hosts
    made, secret = await webhook_registry.add(work, body.url, body.ward, hosts)
    return {"id": str(made), "url": body.url, "ward": body.ward, "secret": secret}


@router.post("/{webhook_id}/test", status_code=202)
async def test_webhook(work: Work, webhook_id: UUID) -> dict[str, str]:
    """Tell the other system of a test; the list tells what came of it."""
    if webhook_id not in {row["id"] for row in await channels.webhooks(work.conn)}:
        raise NotFoundError
    asked = {
        "ward": work.caller.ward,
        "user_id": None,
        "channel_id": None,
        "webhook_id": webhook_id,
        "kind": "webhook",
        "told": {"type": "test", "at": rfc3339(work.now)},
        "now": work.now,
    }
    made = await calls.test(work.conn, asked)
    work.note("webhook.test", webhook=str(webhook_id))
    return {"id": str(made)}


@router.delete("/{webhook_id}", status_code=204)
async def remove_webhook(work: Work, webhook_id: UUID) -> None:
    """Tell the other system no more."""
    if not await channels.remove_webhook(work.conn, webhook_id):
        raise NotFoundError
    work.note("webhook.remove", webhook=str(webhook_id))
