"""One's own data to take along: the whole record as a FHIR Bundle, for the patient."""

from collections.abc import AsyncIterator
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.fhir.find.registry import TYPES
from api.fhir.operations import EXPORTED, lines
from api.http.deps import Shared, Signed, acting, allow
from api.http.outcomes import MEDIA_TYPE
from api.services import Services

router = APIRouter(tags=["patients"])
_FILE = "my-homeward-record.fhir.json"


@router.get(
    "/me/export",
    dependencies=[allow(Role.PATIENT)],
    response_class=StreamingResponse,
    responses={200: {"content": {MEDIA_TYPE: {}}, "description": "a FHIR Bundle"}},
)
async def export_own(caller: Signed, services: Shared) -> StreamingResponse:
    """Take one's whole record along: a FHIR R4 Bundle (collection), read while it is fetched."""
    async with acting(services, caller) as work:
        work.note("patient.export", caller.patient_no)
        until = work.now
    return StreamingResponse(
        _bundle(services, caller, until),
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{_FILE}"'},
    )


async def _bundle(services: Services, caller: Caller, until: datetime) -> AsyncIterator[str]:
    """Give the Bundle piece by piece; whose session ends gets one that does not close."""
    stamp = until.isoformat().replace("+00:00", "Z")
    yield f'{{"resourceType":"Bundle","type":"collection","timestamp":"{stamp}","entry":['
    first = True
    for kind in EXPORTED:
        if caller.role not in TYPES[kind].roles:
            continue
        async for part in lines(services, caller, kind, None, until):
            for line in part.splitlines():
                yield ("" if first else ",") + f'{{"resource":{line}}}'
                first = False
    yield "]}"
