"""Errors as RFC 9457 problem details, all made in one place.

Validation errors name their field and never repeat what was sent: it may be a password or a name.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg_pool import PoolClosed, PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.errors import ApiError, ForbiddenError, InvalidError, UnavailableError
from api.http import outcomes
from api.language import gettext, spoken
from api.language.tongues import ENGLISH

log = structlog.get_logger("api")
MEDIA_TYPE = "application/problem+json"
_NAMED = 5


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str,
    *,
    more: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document as a response, in the language that is spoken."""
    told = dict(more or {})
    fields: Any = told.get("errors")
    said = gettext(detail)
    if fields and spoken().tongue is not ENGLISH:
        fields = [{**one, "message": gettext(str(one["message"]))} for one in fields]
        named = "; ".join(f"{one['field']}: {one['message']}" for one in fields[:_NAMED])
        told["errors"], said = fields, named if said == detail else said
    body = {"type": kind, "title": gettext(title), "status": status, "detail": said, **told}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _from_error(error: ApiError) -> JSONResponse:
    return problem(
        error.status,
        error.type,
        error.title,
        error.detail,
        more=error.members(),
        headers=error.headers(),
    )


async def _api_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ApiError):
        raise error
    return _from_error(error)


async def _validation(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [
        {
            "field": _field(found["type"], found["loc"]),
            "message": str(found["msg"]),
        }
        for found in error.errors()
    ]
    detail = "; ".join(f"{one['field']}: {one['message']}" for one in fields[:5])
    return problem(422, InvalidError.type, InvalidError.title, detail, more={"errors": fields})


def _field(kind: str, loc: tuple[int | str, ...]) -> str:
    """The name of a field; what is no JSON has a place where reading stopped, and no field."""
    if kind == "json_invalid":
        return "body"
    return ".".join(str(part) for part in loc[1:]) or str(loc[0])


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.BAD_REQUEST:  # a body that could not even be parsed
        return _from_error(InvalidError("body", "cannot be read"))
    text = str(error.detail)
    kind = _KINDS.get(error.status_code, "about:blank")
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    if error.status_code == HTTPStatus.REQUEST_TIMEOUT:
        headers["Connection"] = "close"
    return problem(error.status_code, kind, text, text, headers=headers)


_KINDS = {
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "too_slow",
    413: "too_large",
}
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def _allowed(request: Request) -> list[str]:
    """Return the methods of every route at this path, not of the first alone."""
    routes = request.app.routes
    found = [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]
    own = request.app.openapi()["paths"].get(request.url.path)
    if own is None:
        return found
    # An address with a name of its own (``/alerts/what-if``) is not one of ``/alerts/{id}``.
    return [one for one in found if one.lower() in own or (one == "HEAD" and "get" in own)]


async def _database(_: Request, error: Exception) -> JSONResponse:
    log.warning("database_unavailable", error=type(error).__name__)
    return _from_error(UnavailableError("The database does not answer."))


async def _not_granted(_: Request, error: Exception) -> JSONResponse:
    """Row-level security said no where the route had not: still an answer, and worth a look."""
    log.warning("refused_by_database", error=type(error).__name__)
    return _from_error(ForbiddenError())


async def _surprise(_: Request, error: Exception) -> JSONResponse:
    log.error("unexpected_error", error=type(error).__name__, exc_info=error)
    return _from_error(ApiError())


Handler = Callable[[Request, Exception], Awaitable[JSONResponse]]


def _spoken(handler: Handler) -> Handler:
    """Return the handler, answering in the words of the address that was asked."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        return outcomes.of_problem(request, await handler(request, error))

    return answer


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document; of FHIR's addresses, an outcome."""
    app.add_exception_handler(ApiError, _spoken(_api_error))
    app.add_exception_handler(RequestValidationError, _spoken(_validation))
    app.add_exception_handler(HTTPException, _spoken(_http))
    read_only = psycopg.errors.ReadOnlySqlTransaction  # a server that is no primary any more
    for vendor in (psycopg.OperationalError, read_only, PoolTimeout, PoolClosed):
        app.add_exception_handler(vendor, _spoken(_database))
    app.add_exception_handler(psycopg.errors.InsufficientPrivilege, _spoken(_not_granted))
    app.add_exception_handler(Exception, _spoken(_surprise))
