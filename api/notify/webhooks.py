"""Signed webhooks, as Standard Webhooks 1.0 lays them out, so that its libraries can check them.

Headers name the notice (``webhook-id``, the same at every attempt: whoever has it has been told),
the real time of the attempt (``webhook-timestamp``, so that an old one can be refused) and the
signature: HMAC-SHA256 over ``id.timestamp.body``. See docs/webhooks.md.
"""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

import httpx2

from api.notify.retries import TAKEN, AttemptOutcome

PREFIX = "whsec_"
_SECRET_BYTES = 32
_GONE = 410


def new_secret() -> str:
    """Return a fresh secret, as the receiver is told it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, time_s: int, body: bytes) -> str:
    """Return the value of ``webhook-signature``."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message_id}.{time_s}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


async def send(
    client: httpx2.AsyncClient,
    url: str,
    secret: str,
    notice_id: UUID,
    body: bytes,
    *,
    real_s: float,
) -> AttemptOutcome:
    """Tell another system once.

    Args:
        client: follows nothing.
        url: where, of a host that the operator has named.
        secret: of this webhook.
        notice_id: the idempotency key.
        body: JSON; nothing that names a person.
        real_s: real seconds since 1970.
    """
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(notice_id),
        "webhook-timestamp": str(int(real_s)),
        "webhook-signature": signature(secret, str(notice_id), int(real_s), body),
    }
    answer = await client.post(url, content=body, headers=headers)
    if answer.is_success:
        return TAKEN
    gone = answer.status_code == _GONE
    return AttemptOutcome(failure=f"the receiver answered {answer.status_code}", final=gone)
