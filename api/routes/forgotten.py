"""A new password by e-mail, for who has forgotten theirs.

The answer is the same whether there is such an account or not, and comes before anything about it
is looked up: the link is made and sent afterwards.
"""

import asyncio
from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, BackgroundTasks, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import sessions, sign_in, throttle
from api.errors import ConflictError, ThrottledError
from api.evidence import audit
from api.http.deps import Shared
from api.language import catalogue_of, noted, spoken
from api.notify import addresses, gateways
from api.notify.settings import NotifySettings
from api.notify.words import Words
from api.services import Services
from api.store import accounts, invitations
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["people"])
_log = structlog.get_logger("api.forgotten")
_LINE = noted(
    "Somebody who gave your user name has asked for a new password. This link sets one, once, "
    "within {minutes} minutes. If it was not you, do nothing: nothing has changed."
)


class Forgotten(BaseModel):
    """Whose password is forgotten: the name by which they sign in."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=64)]


class ResetAsked(BaseModel):
    """What happens now, whoever it was."""

    minutes: int


@router.post("/auth/forgotten", status_code=202)
async def ask(
    body: Forgotten, request: Request, services: Shared, afterwards: BackgroundTasks
) -> ResetAsked:
    """Have a link for a new password sent to the account's e-mail address, if there are both.

    It works once and for some minutes. Whoever has no address asks their coordinator.
    """
    settings: NotifySettings = request.app.state.notify
    if settings.gateway("email") is None:
        raise ConflictError("This site sends no e-mail: ask the coordinator for a link.")
    name = body.username.strip().lower()
    made = await throttle.keyed(services)
    rules = throttle.reset_rules(services, made, name, sign_in.address_of(request))
    await throttle.count(services, rules)
    afterwards.add_task(_send, services, settings, made, name)
    return ResetAsked(minutes=services.settings.reset_mail_minutes)


async def _send(
    services: Services, settings: NotifySettings, made: throttle.Keyed, name: str
) -> None:
    """Make the link and send it; nobody waits for this."""
    try:
        await throttle.count(services, throttle.mail_rules(services, made, name))
    except ThrottledError:
        _log.warning("reset_mail_held_back")
        return
    token = sessions.new_token()
    row, address = await _begun(services, name, token)
    if row is None:
        return
    gateway = settings.gateway("email")
    if gateway is None:
        return
    minutes = services.settings.reset_mail_minutes
    said = spoken() if row["language"] is None else catalogue_of(row["language"])
    words = Words(
        title=said.say("A new password for Homeward"),
        line=said.say(_LINE).format(minutes=minutes),
        link=f"{settings.site.rstrip('/')}/join#{token}",
    )
    outcome = await asyncio.to_thread(
        gateways.send,
        gateways.filled(gateway, address),
        row["invitation_id"],
        words,
        settings.answer_s,
    )
    _log.info("reset_mail", sent=outcome.failure is None)


async def _begun(services: Services, name: str, token: str) -> tuple[Row | None, str]:
    """Make the link; return it with the address that it goes to, None if there is nobody."""
    now = services.now()
    known_since = now - timedelta(hours=services.settings.reset_channel_hours)
    async with services.pool.connection() as conn, conn.transaction():
        minutes = services.settings.reset_mail_minutes
        hashed = sessions.token_hash(token)
        row = await invitations.begin_reset(conn, name, hashed, minutes, known_since)
        if row is None:
            return None, ""
        key = await personal_data.system_key(conn, services.vault, addresses.PURPOSE)
        kept = addresses.opened(key, row["user_id"], row["channel_id"], row["sealed"])
        detail = {"user": str(row["user_id"]), "invitation": str(row["invitation_id"])}
        note = audit.Note(action="password.forgotten", detail=detail)
        await audit.append(conn, now, "nobody", [note])
        row = {**row, "language": await accounts.language_of(conn, row["user_id"])}
    return row, str(kept["address"])
