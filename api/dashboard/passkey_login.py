"""The log-in page's other way in: a passkey, for a session as a cookie."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from api.auth import passkey_sign_in, sign_in
from api.errors import ForbiddenError
from api.forms.passkeys import AssertedCredential
from api.http.deps import Shared, own_origin

router = APIRouter()


class PagePasskey(BaseModel):
    """What the log-in page sends of an authenticator."""

    model_config = ConfigDict(extra="forbid")

    credential: AssertedCredential


@router.post("/login/passkey", status_code=204)
async def log_in_by_passkey(request: Request, services: Shared, body: PagePasskey) -> Response:
    """Open a session as a cookie."""
    if not own_origin(request):
        raise ForbiddenError("This log-in did not come from Homeward's own page.")
    credential = body.credential.model_dump()
    token = await passkey_sign_in.enter(services, request, credential, "cookie")
    answer = Response(status_code=204)
    sign_in.set_cookie(answer, services, token)
    return answer
