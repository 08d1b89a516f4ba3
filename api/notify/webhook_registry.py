"""Adding a webhook, at whichever door: to a host that the operator allows, with a secret."""

from typing import NamedTuple
from uuid import UUID, uuid4

from api.errors import InvalidError
from api.http.deps import UnitOfWork
from api.notify import addresses
from api.notify.transports import NOBODY
from api.notify.webhooks import new_secret
from api.store import channels, wards
from api.vault import personal_data


class MadeWebhook(NamedTuple):
    """A webhook just made; its secret is told once."""

    id: UUID
    secret: str


async def add(
    work: UnitOfWork, url: str, ward: str | None, hosts: str, field: str = "url"
) -> MadeWebhook:
    """Add a webhook.

    Args:
        work: of an administrator.
        url: where to tell.
        ward: of which; None: of every one.
        hosts: those that the operator allows.
        field: by what name the address is refused.

    Raises:
        InvalidError: the host is not allowed, or there is no such ward.
    """
    if not addresses.allowed(url, hosts):
        raise InvalidError(field, "leads to a host that this site allows no webhooks to")
    if ward is not None and not await wards.exists(work.conn, ward):
        raise InvalidError("ward", "is no ward")
    made, secret = uuid4(), new_secret()
    key = await personal_data.system_key(work.conn, work.services.vault, addresses.PURPOSE)
    webhook = {
        "id": made,
        "ward": ward,
        "sealed": addresses.sealed(key, NOBODY, made, {"address": url, "secret": secret}),
        "created_by": work.caller.user_id,
        "now": work.now,
    }
    await channels.add_webhook(work.conn, webhook)
    work.note("webhook.add", webhook=str(made), ward=ward)
    return MadeWebhook(made, secret)
