"""Subscriptions: the webhooks that other systems are told of alerts by, in FHIR's words.

A rest-hook is the same thing as ``POST /webhooks``: the same hosts are allowed, each message is
signed the same way, and tells that something changed; who may see what follows its link.
"""

from typing import Any
from uuid import UUID

from api.errors import InvalidError
from api.fhir.bundles import ResourcePage
from api.fhir.elements import Resource, without_nothing
from api.fhir.search import FhirSearch, identity
from api.http.deps import UnitOfWork
from api.notify import addresses, webhook_registry
from api.notify.transports import NOBODY
from api.store import channels
from api.store.types import Row
from api.vault import personal_data

SECRET = "urn:homeward:webhook-secret"  # noqa: S105 - the name of an extension
CRITERIA = "Flag?"


async def search_subscriptions(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Every webhook; the first ``_count`` of them."""
    key = await personal_data.system_key(work.conn, work.services.vault, addresses.PURPOSE)
    rows = await channels.webhooks(work.conn)
    work.note("webhook.list", n=len(rows), by="fhir")
    return ResourcePage(resources=[_of(key, row) for row in rows[: search.count]])


async def subscription(work: UnitOfWork, key: str) -> Resource | None:
    """Read one webhook."""
    wanted = identity(key, "_id")
    sealing = await personal_data.system_key(work.conn, work.services.vault, addresses.PURPOSE)
    rows = await channels.webhooks(work.conn)
    return next((_of(sealing, row) for row in rows if row["id"] == wanted), None)


def _of(key: bytes, row: Row) -> Resource:
    opened = addresses.opened(key, NOBODY, row["id"], row["sealed"])
    return subscription_of(row["id"], str(opened["address"]), row["ward"])


def subscription_of(key: UUID, address: str, ward: str | None, secret: str = "") -> Resource:
    """Return a Subscription; ``secret`` is told once, when it is made."""
    told = [{"url": SECRET, "valueString": secret}] if secret else []
    return without_nothing(
        {
            "resourceType": "Subscription",
            "id": str(key),
            "extension": told,
            "status": "active",
            "reason": f"alerts of the ward {ward}" if ward else "alerts of every ward",
            "criteria": CRITERIA,
            "channel": {"type": "rest-hook", "endpoint": address},
        }
    )


async def subscribe(work: UnitOfWork, body: dict[str, Any], hosts: str) -> Resource:
    """Add a webhook for who sends a Subscription.

    Raises:
        InvalidError: it asks for what there is not.
    """
    if body.get("resourceType") != "Subscription":
        raise InvalidError("resourceType", "must be Subscription")
    if body.get("status") != "requested":
        raise InvalidError("Subscription.status", "must be requested")
    if str(body.get("criteria")).removesuffix("?") != CRITERIA.removesuffix("?"):
        raise InvalidError("Subscription.criteria", f"must be {CRITERIA}: changes of alerts")
    channel = body.get("channel")
    if not isinstance(channel, dict) or channel.get("type") != "rest-hook":
        raise InvalidError("Subscription.channel.type", "must be rest-hook")
    if channel.get("payload"):
        raise InvalidError("Subscription.channel.payload", "must be left out: no record is sent")
    endpoint = channel.get("endpoint")
    if not isinstance(endpoint, str):
        raise InvalidError("Subscription.channel.endpoint", "is needed")
    made = await webhook_registry.add(work, endpoint, None, hosts, "Subscription.channel.endpoint")
    return subscription_of(made.id, endpoint, None, made.secret)
