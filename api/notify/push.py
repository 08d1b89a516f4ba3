"""Web push to an installed page (RFC 8030, 8291, 8292): the only user of ``pywebpush``.

What is sent is sealed for the browser alone: the push service sees an address and a length.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher

from api.notify.retries import TAKEN, AttemptOutcome
from api.notify.words import Words

_GONE = (404, 410)
_REFUSED = (400, 401, 403, 413)
_KEPT_S = 3_600
"""A push service keeps what it cannot deliver for so long: an older call has passed on by then."""
_TOKEN_S = 12 * 3_600


class Pusher:
    """Sends as one site, by its key."""

    def __init__(self, key_file: Path, subject: str) -> None:
        """Read the key; ``subject`` is whom push services ask about this site.

        Raises:
            OSError: the file cannot be read.
        """
        self._vapid = Vapid02.from_pem(key_file.read_bytes())
        self._subject = subject

    @property
    def public_key(self) -> bytes:
        """The point by which browsers know this site when they subscribe (65 bytes)."""
        found: bytes = self._vapid.public_key.public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return found

    async def send(
        self,
        client: httpx2.AsyncClient,
        subscription: dict[str, Any],
        notice_id: UUID,
        words: Words,
        *,
        urgent: bool,
        receipt: str,
        real_s: float,
    ) -> AttemptOutcome:
        """Hand one notice to the subscription's push service.

        Args:
            client: follows nothing.
            subscription: endpoint and keys, as the browser gave them.
            notice_id: the idempotency key; a service that still holds the same one replaces it.
            words: what it says.
            urgent: whether a sleeping telephone is woken.
            receipt: by which the browser says that it has come.
            real_s: real seconds since 1970.
        """
        endpoint = subscription["endpoint"]
        content = json.dumps(
            {
                "id": str(notice_id),
                "title": words.title,
                "body": words.line,
                "url": urlsplit(words.link).path,
                "receipt": receipt,
            }
        )
        answer = await client.post(
            endpoint,
            content=WebPusher(subscription).encode(content.encode())["body"],
            headers={
                **self._signed(endpoint, real_s),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(_KEPT_S),
                "Urgency": "high" if urgent else "normal",
                "Topic": notice_id.hex,
            },
        )
        return _outcome(answer.status_code)

    def _signed(self, endpoint: str, real_s: float) -> dict[str, str]:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(real_s) + _TOKEN_S,
            "sub": self._subject,
        }
        signed: dict[str, str] = self._vapid.sign(claims)
        return signed


def _outcome(status: int) -> AttemptOutcome:
    if httpx2.codes.is_success(status):
        return TAKEN
    if status in _GONE:
        return AttemptOutcome(failure="the browser has ended its subscription", final=True)
    return AttemptOutcome(failure=f"the push service answered {status}", final=status in _REFUSED)
