"""Sends one notice by the way of its kind, and says what it came to; nothing is read or written."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import structlog

from api.notify import addresses, gateways, webhooks
from api.notify.push import Pusher
from api.notify.retries import WEBHOOK, AttemptOutcome
from api.notify.settings import NotifySettings
from api.notify.words import Notice, words, words_to_contact
from api.store.timestamps import rfc3339
from api.store.types import Row

log = structlog.get_logger("api.notify")
NOBODY = UUID(int=0)
"""Owner of what is the site's own: webhooks."""
_NOT_SET_UP = AttemptOutcome(failure="is not set up here any more", final=True)


class Transports:
    """The ways out of one process; made for as long as it sends."""

    def __init__(
        self,
        settings: NotifySettings,
        client: httpx2.AsyncClient,
        real_s: Callable[[], float],
    ) -> None:
        """Keep what is needed.

        Args:
            settings: the site's.
            client: follows no answer elsewhere, and waits no longer than a gateway may take.
            real_s: real seconds since 1970.
        """
        self._settings = settings
        self._client = client
        self._real_s = real_s
        self._pusher = (
            Pusher(settings.vapid_key_file, settings.subject) if settings.vapid_key_file else None
        )

    async def send(self, row: Row, key: bytes) -> AttemptOutcome:
        """Send one notice of ``api.store.calls.waiting``; ``key`` opens its address."""
        try:
            kept = _address(row, key)
            async with asyncio.timeout(self._settings.answer_s * 2):
                return await self._by_kind(row, kept, receipt(key, row["id"]))
        except (httpx2.HTTPError, TimeoutError, OSError) as error:
            return AttemptOutcome(failure=f"no answer ({type(error).__name__})")
        except Exception as error:  # the top of a lane: others wait to be sent
            log.exception("notice_failed", notice=str(row["id"]), error=type(error).__name__)
            return AttemptOutcome(failure=f"could not be sent ({type(error).__name__})")

    async def _by_kind(self, row: Row, kept: dict[str, Any], word: str) -> AttemptOutcome:
        address, kind = kept["address"], row["kind"]
        if kind == WEBHOOK:
            return await self._webhook(row, address, kept["secret"])
        said = (words_to_contact if row["contact"] else words)(_notice(row), self._settings.site)
        if kind == "push":
            if self._pusher is None or not addresses.allowed(
                address["endpoint"], self._settings.push_hosts
            ):
                return _NOT_SET_UP
            return await self._pusher.send(
                self._client,
                address,
                row["id"],
                said,
                urgent=row["priority"] != "low",
                receipt=word,
                real_s=self._real_s(),
            )
        where = address if kind == "chat" else self._by_gateway(kind, address)
        if where is None or (kind == "chat" and gateways.refused(where, self._settings)):
            return _NOT_SET_UP
        return await asyncio.to_thread(
            gateways.send, where, row["id"], said, self._settings.answer_s
        )

    def _by_gateway(self, kind: str, address: str) -> str | None:
        gateway = self._settings.gateway(kind)
        return None if gateway is None else gateways.filled(gateway, address)

    async def _webhook(self, row: Row, url: str, secret: str) -> AttemptOutcome:
        if not addresses.allowed(url, self._settings.webhook_hosts):
            return _NOT_SET_UP
        body = msgspec.json.encode(
            {
                **row["told"],
                "id": str(row["id"]),
                "called_at": rfc3339(row["called_at"]),
                "link": f"{self._settings.site.rstrip('/')}/feed",
            }
        )
        return await webhooks.send(
            self._client, url, secret, row["id"], body, real_s=self._real_s()
        )


def _address(row: Row, key: bytes) -> dict[str, Any]:
    """Return where a notice goes; the out-of-hours contact's address is the ward's setting."""
    if row["contact"]:
        return {"address": addresses.dialled(row["kind"], row["contact_address"])}
    of = row["channel_id"] or row["webhook_id"]
    return addresses.opened(key, row["user_id"] or NOBODY, of, row["sealed"])


def _notice(row: Row) -> Notice:
    return Notice(
        id=row["id"],
        priority=row["priority"],
        change=row["change"],
        patient_no=row["patient_no"],
        ward=row["ward"],
        ward_phone=row["ward_phone"] or "",
        language=row["language"],
    )


def receipt(key: bytes, notice_id: UUID) -> str:
    """Return the word by which a browser says that a notice has come: sealed for it alone."""
    return hmac.new(key, b"receipt:" + notice_id.bytes, hashlib.sha256).hexdigest()[:32]
