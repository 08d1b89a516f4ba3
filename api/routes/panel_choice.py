"""How somebody has chosen to see the panel, kept for their account: on every machine the same."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from analytics.domain.care import Role
from api.forms.panel import Show, Sort
from api.http.deps import CLINICIANS, Work, allow
from api.store import panel_choices

router = APIRouter(prefix="/me/panel", tags=["patients"])

Name = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,20}$")]


class PanelChoice(BaseModel):
    """Columns in their order, the order of the rows and the filter to begin with; null: the usual.

    What the columns are is the page's own: a name that it does not know shows nothing.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    columns: list[Name] | None = Field(default=None, max_length=30)
    sort: Sort | None = None
    show: Show | None = None


@router.get("", dependencies=[allow(Role.COORDINATOR, *CLINICIANS)])
async def read_choice(work: Work) -> PanelChoice:
    """Return how the caller has chosen to see the panel."""
    found = await panel_choices.of(work.conn, work.caller.user_id)
    return PanelChoice() if found is None else PanelChoice(**found)


@router.put("", dependencies=[allow(Role.COORDINATOR, *CLINICIANS)])
async def keep_choice(work: Work, body: PanelChoice) -> PanelChoice:
    """Keep how the caller wants to see the panel, in place of what was kept before."""
    await panel_choices.keep(work.conn, work.caller.user_id, body.model_dump(), work.now)
    work.note("panel.choose")
    return body
