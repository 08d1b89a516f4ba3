"""How one is called away from the page: one's own channels, tested and removed.

Their order is that in which they are tried. Addresses are sealed; nobody but their owner is shown
them, and what is secret in one is shown to nobody.
"""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request

from api.auth.sessions import Caller
from api.errors import ConflictError, InvalidError, NotFoundError, ThrottledError
from api.forms.channels import (
    ChannelKind,
    Channels,
    DeliveryReceipt,
    KeptChannel,
    NewChannel,
    Quiet,
)
from api.http.deps import Shared, UnitOfWork, Work
from api.notify import addresses
from api.notify.health import health
from api.notify.push import Pusher
from api.notify.settings import NotifySettings
from api.notify.transports import receipt
from api.store import calls, channels
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["channels"])
_KINDS: tuple[ChannelKind, ...] = ("push", "email", "sms", "chat")
_TESTS_AN_HOUR = 30
_HOUR = timedelta(hours=1)


def _settings(request: Request) -> NotifySettings:
    found: NotifySettings = request.app.state.notify
    return found


async def _key(work: UnitOfWork) -> bytes:
    return await personal_data.system_key(work.conn, work.services.vault, addresses.PURPOSE)


@router.get("/me/channels")
async def list_channels(request: Request, work: Work) -> dict[str, Any]:
    """One's channels in the order in which they are tried, each with what came of its last notice.

    ``kinds`` can be set here; ``push_key`` is what a browser subscribes with.
    """
    return await _told(request, work)


@router.post("/me/channels", status_code=201)
async def add_channel(request: Request, work: Work, body: NewChannel) -> dict[str, Any]:
    """Add a channel, tried after those that there are."""
    settings = _settings(request)
    rows = await channels.of_user(work.conn, work.caller.user_id)
    if len(rows) >= settings.most_channels:
        raise ConflictError(f"One person has at most {settings.most_channels} channels.")
    address = addresses.checked(body.kind, body.address, settings)
    made = uuid4()
    content = {"address": address, "label": body.label}
    position = max((row["position"] for row in rows), default=0) + 1
    await channels.put(
        work.conn,
        {
            **_row(work, made, await _key(work), content, body.quiet),
            "kind": body.kind,
            "position": position,
        },
    )
    work.note("channel.add", channel=str(made), kind=body.kind)
    shown = await _told(request, work)
    added: dict[str, Any] = next(one for one in shown["items"] if one["id"] == str(made))
    return added


@router.put("/me/channels")
async def set_channels(request: Request, work: Work, body: Channels) -> dict[str, Any]:
    """Set all of one's channels and their order; one that is left out is removed."""
    settings = _settings(request)
    if len(body.items) > settings.most_channels:
        raise InvalidError("items", f"holds more than {settings.most_channels}")
    known = {row["id"]: row for row in await channels.of_user(work.conn, work.caller.user_id)}
    kept = [one.id for one in body.items if one.id is not None]
    if len(set(kept)) < len(kept) or not set(kept) <= set(known):
        raise InvalidError("items", "names a channel twice, or one that is not yours")
    key = await _key(work)
    await channels.keep_only(work.conn, work.caller.user_id, kept)
    for position, one in enumerate(body.items, 1):
        before = known.get(one.id) if one.id is not None else None
        made, kind, content = _content(work, one, before, key, settings)
        row = _row(work, made, key, content, one.quiet)
        await channels.put(work.conn, {**row, "kind": kind, "position": position})
    work.note("channels.set", n=len(body.items))
    return await _told(request, work)


@router.delete("/me/channels/{channel_id}", status_code=204)
async def remove_channel(work: Work, channel_id: UUID) -> None:
    """Remove a channel."""
    if not await channels.remove(work.conn, work.caller.user_id, channel_id):
        raise NotFoundError
    work.note("channel.remove", channel=str(channel_id))


@router.post("/me/channels/{channel_id}/test", status_code=202)
async def test_channel(work: Work, channel_id: UUID) -> dict[str, str]:
    """Send a test by this channel; the list tells what came of it."""
    row = await _own(work, channel_id)
    lately = await calls.tests_since(work.conn, work.caller.user_id, work.now - _HOUR)
    if lately >= _TESTS_AN_HOUR:
        raise ThrottledError(int(_HOUR.total_seconds()))
    asked = {
        "ward": work.caller.ward,
        "user_id": work.caller.user_id,
        "channel_id": channel_id,
        "webhook_id": None,
        "kind": row["kind"],
        "told": {},
        "now": work.now,
    }
    made = await calls.test(work.conn, asked)
    work.note("channel.test", channel=str(channel_id))
    return {"id": str(made)}


@router.post("/notices/delivered", status_code=204)
async def delivered(services: Shared, body: DeliveryReceipt) -> None:
    """Note that a browser has shown a notice; the word was for it alone, signed in or not."""
    async with services.pool.connection() as conn, conn.transaction():
        key = await personal_data.system_key(conn, services.vault, addresses.PURPOSE)
    if not addresses.same(receipt(key, body.id), body.receipt):
        return
    async with services.engine_pool.connection() as conn, conn.transaction():
        await calls.delivered(conn, body.id, services.now())


async def _own(work: UnitOfWork, channel_id: UUID) -> Row:
    for row in await channels.of_user(work.conn, work.caller.user_id):
        if row["id"] == channel_id:
            return row
    raise NotFoundError


def _content(
    work: UnitOfWork, one: KeptChannel, before: Row | None, key: bytes, settings: NotifySettings
) -> tuple[UUID, str, dict[str, Any]]:
    """Return id, kind and what is sealed of a channel: what was not said stays as it was."""
    if before is None:
        if one.kind is None or one.address is None:
            raise InvalidError("items", "a new channel needs its kind and address")
        address = addresses.checked(one.kind, one.address, settings)
        return uuid4(), one.kind, {"address": address, "label": one.label or ""}
    if one.kind not in (None, before["kind"]):
        raise InvalidError("items", "a channel keeps its kind")
    owner = work.caller.user_id
    content = addresses.opened(key, owner, before["id"], before["sealed"])
    if one.address is not None:
        content["address"] = addresses.checked(before["kind"], one.address, settings)
    if one.label is not None:
        content["label"] = one.label
    return before["id"], before["kind"], content


def _row(
    work: UnitOfWork, channel_id: UUID, key: bytes, content: dict[str, Any], quiet: Quiet | None
) -> Row:
    owner = work.caller.user_id
    return {
        "id": channel_id,
        "user_id": owner,
        "sealed": addresses.sealed(key, owner, channel_id, content),
        "quiet_from": quiet.begins if quiet else None,
        "quiet_until": quiet.until if quiet else None,
        "now": work.now,
    }


async def _told(request: Request, work: UnitOfWork) -> dict[str, Any]:
    settings = _settings(request)
    key = await _key(work)
    rows = await channels.of_user(work.conn, work.caller.user_id)
    return {
        "items": [_channel(work.caller, row, key) for row in rows],
        "next": None,
        "kinds": [kind for kind in _KINDS if _can(kind, settings)],
        "push_key": _push_key(settings),
        "time_zone": work.services.settings.zone,
    }


def _can(kind: ChannelKind, settings: NotifySettings) -> bool:
    if kind == "push":
        return settings.vapid_key_file is not None
    return kind == "chat" or settings.gateway(kind) is not None


def _push_key(settings: NotifySettings) -> str | None:
    if settings.vapid_key_file is None:
        return None
    point = Pusher(settings.vapid_key_file, settings.subject).public_key
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _channel(caller: Caller, row: Row, key: bytes) -> dict[str, Any]:
    content = addresses.opened(key, caller.user_id, row["id"], row["sealed"])
    quiet = None
    if row["quiet_from"] is not None:
        quiet = {"from": row["quiet_from"], "until": row["quiet_until"]}
    return {
        "id": str(row["id"]),
        "kind": row["kind"],
        "label": content["label"],
        "address": addresses.shortened(row["kind"], content["address"]),
        "quiet": quiet,
        **health(row),
    }
