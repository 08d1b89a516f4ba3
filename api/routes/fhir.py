"""FHIR R4 at ``/fhir/r4``: read, search, and what the server can do.

These addresses describe themselves (``metadata``), so they are not in the OpenAPI document.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.errors import NotFoundError
from api.fhir import search as searching
from api.fhir.bundles import BASE, searchset
from api.fhir.capability import statement
from api.fhir.find.readings import included
from api.fhir.find.registry import TYPES, ResourceType
from api.http.deps import Work

PREFIX = BASE
MEDIA_TYPE = "application/fhir+json"
_SINCE = date(2026, 11, 30)
_JSON = frozenset({"json", "application/json", MEDIA_TYPE, "text/json", "application/*", "*/*"})
router = APIRouter(tags=["fhir"], include_in_schema=False)


def _answer(body: object, *, etag: str | None = None, status: int = 200) -> JSONResponse:
    headers = {"ETag": f'W/"{etag}"'} if etag is not None else {}
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def _acceptable(request: Request) -> None:
    """Refuse who wants anything but JSON; ``_format`` goes before ``Accept``.

    Raises:
        HTTPException: 406.
    """
    asked = request.query_params.get("_format") or request.headers.get("accept") or "*/*"
    named = {part.partition(";")[0].strip().lower() for part in asked.split(",")}
    if not named & _JSON:
        raise HTTPException(406, "Only JSON is spoken here: application/fhir+json.")


def _type(kind: str) -> ResourceType:
    found = TYPES.get(kind)
    if found is None:
        raise NotFoundError(f"There is no resource type of this name here: see {BASE}/metadata.")
    return found


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


@router.get("/metadata")
async def metadata(request: Request) -> JSONResponse:
    """What this server can do; open to all."""
    _acceptable(request)
    types = {kind: one.parameters for kind, one in TYPES.items()}
    return _answer(statement(types, _origin(request) + BASE, _SINCE))


@router.get("/{kind}")
async def search(
    request: Request,
    work: Work,
    kind: str,
    prefer: Annotated[str, Header(max_length=200)] = "",
) -> JSONResponse:
    """Search one type of resource."""
    _acceptable(request)
    of_type = _type(kind)
    of_type.demand(work.caller.role)
    asked = searching.read(
        kind,
        request.query_params.multi_items(),
        frozenset(of_type.parameters),
        lenient="handling=lenient" in prefer.replace(" ", ""),
    )
    found = await of_type.search(work, asked)
    more = await included(work, found.resources, asked.any_of("_include"))
    return _answer(searchset(asked, replace(found, included=more), _origin(request)))


@router.get("/{kind}/{key}")
async def read(request: Request, work: Work, kind: str, key: str) -> JSONResponse:
    """Read one resource by its id."""
    _acceptable(request)
    of_type = _type(kind)
    of_type.demand(work.caller.role)
    found: dict[str, Any] | None = await of_type.read(work, key)
    if found is None:
        raise NotFoundError
    return _answer(found, etag=found.get("meta", {}).get("versionId"))
