"""The language in which one is spoken to: on the pages, in notices, and by one's device."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http.deps import Work
from api.store import accounts

router = APIRouter(tags=["people"])


class OwnLanguage(BaseModel):
    """The language that somebody chose; null: as their browser asks."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[Literal["en", "zh-Hans"] | None, Field(description="BCP 47")]


@router.put("/me/language")
async def choose(body: OwnLanguage, work: Work) -> OwnLanguage:
    """Choose a language; the pages of staff are in English so far, whatever they choose."""
    await accounts.set_language(work.conn, work.caller.user_id, body.language)
    work.note("account.language", language=body.language)
    return body
