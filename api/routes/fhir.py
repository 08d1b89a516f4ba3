"""FHIR R4 at ``/fhir/r4``: read, search, and what the server can do.

These addresses describe themselves (``metadata``), so they are not in the OpenAPI document.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Header, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException

from api.errors import ForbiddenError, InvalidError, NotFoundError
from api.fhir import search as searching
from api.fhir.bundles import BASE, ResourcePage, searchset
from api.fhir.capability import statement
from api.fhir.document import document
from api.fhir.elements import instant
from api.fhir.entering import Received, of_bundle, write
from api.fhir.find.readings import included
from api.fhir.find.registry import TYPES, ResourceType
from api.fhir.operations import EXPORTED, everything, last_of_each, lines, may_export
from api.fhir.simulated import mark
from api.http.deps import Shared, Signed, UnitOfWork, Work, acting
from api.http.elsewhere import ask_replica_about
from api.http.outcomes import MEDIA_TYPE, information

PREFIX = BASE
_SINCE = date(2026, 11, 30)
_JSON = frozenset({"json", "application/json", MEDIA_TYPE, "text/json", "application/*", "*/*"})
Prefer = Annotated[str, Header(max_length=200)]
router = APIRouter(tags=["fhir"], include_in_schema=False)


def _answer(
    body: object,
    *,
    etag: str | None = None,
    status: int = 200,
    age: Mapping[str, str] = MappingProxyType({}),
) -> JSONResponse:
    headers = {"ETag": f'W/"{etag}"'} if etag is not None else {}
    return JSONResponse(body, status, headers={**headers, **age}, media_type=MEDIA_TYPE)


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


@router.get("/$export")
async def export(request: Request, work: Work, prefer: Prefer = "") -> Response:
    """Begin to take the whole ward's record along: the answer says where it waits.

    Nothing is put by for it, so it waits at once: the lines are read when they are fetched.
    """
    if not may_export(work.caller):
        raise ForbiddenError
    if "respond-async" not in prefer:
        raise InvalidError("Prefer", "must be respond-async")
    asked = dict(request.query_params) | {"_until": work.now.isoformat()}
    _export(asked)
    where = f"{_origin(request)}{BASE}/$export-status?{urlencode(asked)}"
    return Response(status_code=202, headers={"Content-Location": where})


@router.get("/$export-status")
async def export_status(request: Request, work: Work) -> JSONResponse:
    """Say where the lines of each type are."""
    if not may_export(work.caller):
        raise ForbiddenError
    asked = dict(request.query_params)
    kinds, _, until = _export(asked)
    base = f"{_origin(request)}{BASE}"
    told = {name: value for name, value in asked.items() if name != "_type"}
    outputs = [
        {"type": kind, "url": f"{base}/$export-file?{urlencode(told | {'_type': kind})}"}
        for kind in kinds
    ]
    return JSONResponse(
        {
            "transactionTime": instant(until),
            "request": f"{base}/$export?{urlencode(told)}",
            "requiresAccessToken": True,
            "output": outputs,
            "error": [],
        }
    )


@router.get("/$export-file")
async def export_file(request: Request, caller: Signed, services: Shared) -> StreamingResponse:
    """Give the resources of one type, a line of JSON each."""
    if not may_export(caller):
        raise ForbiddenError
    kinds, since, until = _export(dict(request.query_params))
    found = lines(services, caller, kinds[0], since, until)
    return StreamingResponse(found, media_type="application/fhir+ndjson")


def _export(asked: dict[str, str]) -> tuple[list[str], datetime | None, datetime]:
    """Return the types, since when and until when; refuse what is not known."""
    for name in asked:
        if name not in {"_type", "_since", "_until", "_outputFormat"}:
            raise InvalidError(name, "is no parameter of an export here")
    kinds = [one for one in asked.get("_type", ",".join(EXPORTED)).split(",") if one]
    for kind in kinds:
        if kind not in EXPORTED:
            raise InvalidError("_type", f"{kind} is not exported: {', '.join(EXPORTED)}")
    since = searching.spans("_since", ["ge" + asked["_since"]])[0] if "_since" in asked else None
    until = searching.spans("_until", ["lt" + asked["_until"].replace("+00:00", "Z")])[1]
    return kinds or list(EXPORTED), since, until


@router.post("")
async def transaction(
    request: Request, body: Annotated[dict[str, Any], Body()], caller: Signed, services: Shared
) -> JSONResponse:
    """Take every Observation of a transaction, or none."""
    _acceptable(request)
    written = await write(services, caller, of_bundle(body), several=True)
    entries = []
    for one in written:
        response = {"status": str(one.status)}
        if one.key is not None:
            response["location"] = f"Observation/{one.key}"
        entries.append({"response": response})
    return _answer({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


@router.post("/Observation")
async def create(
    request: Request,
    body: Annotated[dict[str, Any], Body()],
    caller: Signed,
    services: Shared,
    if_none_exist: Annotated[str, Header(max_length=500)] = "",
) -> JSONResponse:
    """Enter one Observation, by the rule of every other door."""
    _acceptable(request)
    received = Received(resource=body, none_exist=if_none_exist)
    (written,) = await write(services, caller, [received], several=False)
    if written.key is None:
        told = "Taken. It can be read as soon as it is scored."
        return _answer(information(told), status=written.status)
    async with acting(services, caller) as work:
        found = await TYPES["Observation"].read(work, written.key)
    answer = _answer(found, status=written.status)
    answer.headers["Location"] = f"{_origin(request)}{BASE}/Observation/{written.key}"
    return answer


@router.get("/Observation/$lastn")
async def lastn(request: Request, work: Work, prefer: Prefer = "") -> JSONResponse:
    """Give the newest Observations of each code: one, or as many as ``max`` says."""
    _acceptable(request)
    asked = _asked("Observation", request, prefer, "max")
    most = searching.whole_number("max", asked.one("max") or "1")
    found = await last_of_each(work, asked, most)
    return _answer(searchset(asked, found, _origin(request), "/$lastn"))


@router.get("/Patient/{key}/$everything")
async def whole_record(request: Request, work: Work, key: str, prefer: Prefer = "") -> JSONResponse:
    """Give a patient's whole record, in pages."""
    _acceptable(request)
    asked = _asked("Observation", request, prefer)
    if await TYPES["Patient"].read(work, key) is None:
        raise NotFoundError
    values = {**asked.values, "patient": [key]}
    found = await everything(work, replace(asked, values=values))
    place = replace(asked, kind="Patient")
    return _answer(searchset(place, found, _origin(request), f"/{key}/$everything"))


@router.get("/Patient/{key}/$document")
async def stay_document(request: Request, work: Work, key: str) -> JSONResponse:
    """Give a patient's newest stay as a document: a Composition and what it names."""
    _acceptable(request)
    return _answer(await document(work, searching.identity(key, "_id"), _origin(request)))


def _asked(kind: str, request: Request, prefer: str, *more: str) -> searching.FhirSearch:
    return searching.read(
        kind,
        request.query_params.multi_items(),
        frozenset({*TYPES[kind].parameters, *more}),
        lenient="handling=lenient" in prefer.replace(" ", ""),
    )


@router.get("/{kind}")
async def search(request: Request, work: Work, kind: str, prefer: Prefer = "") -> JSONResponse:
    """Search one type of resource."""
    _acceptable(request)
    of_type = _type(kind)
    of_type.demand(work.caller.role)
    asked = _asked(kind, request, prefer)

    async def find(where: UnitOfWork) -> ResourcePage:
        found = await of_type.search(where, asked)
        more = await included(where, found.resources, asked.any_of("_include"))
        await mark(where.conn, more)
        return replace(found, included=more)

    whose = asked.patient() if work.services.replica is not None else None
    found, age = await ask_replica_about(work, whose, find)
    return _answer(searchset(asked, found, _origin(request)), age=age)


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
