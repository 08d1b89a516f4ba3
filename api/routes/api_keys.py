"""Machine accounts: keys with scopes, a ward and an end, shown once; the administrator's."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from analytics.domain.care import Role
from api.auth import sessions
from api.auth.scopes import fault_of
from api.errors import InvalidError, NotFoundError
from api.forms.paging import Page
from api.http.deps import Work, allow
from api.store import api_keys, wards

router = APIRouter(prefix="/api-keys", tags=["operations"], dependencies=[allow(Role.ADMIN)])
LONGEST_DAYS = 400
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


def _known(scopes: list[str]) -> list[str]:
    for scope in scopes:
        fault = fault_of(scope)
        if fault is not None:
            raise ValueError(fault)
    return sorted(set(scopes))


Scope = Annotated[str, StringConstraints(max_length=60)]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=40), AfterValidator(_known)]


class NewApiKey(BaseModel):
    """A machine that may call: what it is, of which ward, what it may do, for how many days."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name
    ward: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    scopes: Scopes
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 90


class ApiKey(BaseModel):
    """A key without its secret; times are real time."""

    id: UUID
    name: str
    ward: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used: datetime | None


class MadeApiKey(ApiKey):
    """A key just made; ``key`` is told this once."""

    key: str


@router.get("")
async def list_keys(work: Work) -> Page[ApiKey]:
    """Every key, the newest first, with when it was last used."""
    rows = await api_keys.keys(work.conn)
    work.note("api_key.list", n=len(rows))
    return Page(items=[ApiKey(**row) for row in rows], next=None)


@router.post("", status_code=201)
async def add_key(work: Work, body: NewApiKey) -> MadeApiKey:
    """Make a machine account; its key is a bearer token."""
    if not await wards.exists(work.conn, body.ward):
        raise InvalidError("ward", "is no ward")
    token = sessions.new_token()
    made = await api_keys.add(
        work.conn,
        {
            **body.model_dump(),
            "username": f"machine-{uuid4()}",
            "token_hash": sessions.token_hash(token),
            "created_by": work.caller.user_id,
            "now": work.now,
        },
    )
    work.note("api_key.add", key=str(made), ward=body.ward, scopes=body.scopes)
    row = await api_keys.key(work.conn, made)
    if row is None:
        raise NotFoundError
    return MadeApiKey(**row, key=token)


@router.delete("/{key_id}", status_code=204)
async def end_key(work: Work, key_id: UUID) -> None:
    """End a key at once; a repeat changes nothing."""
    if await api_keys.key(work.conn, key_id) is None:
        raise NotFoundError
    await api_keys.revoke(work.conn, key_id)
    work.note("api_key.end", key=str(key_id))
