"""FHIR Subscriptions, added and ended: the webhooks of alerts in FHIR's words."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse

from analytics.domain.care import Role
from api.errors import NotFoundError
from api.fhir.bundles import BASE
from api.fhir.find.subscriptions import subscribe
from api.fhir.search import identity
from api.http.deps import Work, allow
from api.http.outcomes import MEDIA_TYPE
from api.store import channels

PREFIX = f"{BASE}/Subscription"
router = APIRouter(tags=["fhir"], include_in_schema=False, dependencies=[allow(Role.ADMIN)])


@router.post("")
async def add_subscription(
    request: Request, work: Work, body: Annotated[dict[str, Any], Body()]
) -> JSONResponse:
    """Tell another system of alerts; the webhook's secret is in the answer, this once."""
    made = await subscribe(work, body, request.app.state.notify.webhook_hosts)
    answer = JSONResponse(made, 201, media_type=MEDIA_TYPE)
    answer.headers["Location"] = f"{BASE}/Subscription/{made['id']}"
    return answer


@router.delete("/{key}", status_code=204, response_class=Response)
async def end_subscription(work: Work, key: str) -> None:
    """Tell the other system no more."""
    if not await channels.remove_webhook(work.conn, identity(key, "_id")):
        raise NotFoundError
    work.note("webhook.remove", webhook=key)
