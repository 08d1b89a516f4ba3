"""The OpenAPI document as it is: errors are problem details, each status where it can come.

FastAPI documents only what a route returns when all is well, and its own shape of a validation
error, which nobody gets here: ``api.http.problems`` answers every error.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from api.errors import ApiError

_MEDIA = "application/problem+json"
_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "a name for the kind of problem"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "with 422: each field that is wrong",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_ALWAYS = ("405", "422", "429", "500", "503")
_WITH_BODY = ("408", "409", "413")
_WITH_CALLER = ("401", "403")
_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
_WRITING = frozenset({"post", "put", "patch", "delete"})


def describe(app: FastAPI) -> None:
    """Have the application describe its errors as well."""
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            _add_problems(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]


def _add_problems(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation.setdefault("responses", {})
            for status in {*_statuses(path, method), *_own(answers)}:
                answers[status] = _with_problem(status, answers.get(status, {}))


def _own(answers: dict[str, Any]) -> Iterator[str]:
    """Errors that a route itself speaks of; FastAPI's own is not one of them."""
    yield from (status for status in answers if status.startswith("4") and status != "422")


def _with_problem(status: str, own: dict[str, Any]) -> dict[str, Any]:
    """Return an error's description: a problem, beside what else the route answers with it."""
    answer = _answer(status)
    if status == "422":
        return answer
    return {**answer, **own, "content": {**own.get("content", {}), **answer["content"]}}


def _statuses(path: str, method: str) -> Iterator[str]:
    if path in _OPEN:
        return
    yield from _ALWAYS
    yield from _WITH_CALLER
    if "{" in path or method == "get":
        yield "404"
    if method in _WRITING:
        yield "404"
        yield from _WITH_BODY


def _answer(status: str) -> dict[str, Any]:
    title = _TITLES.get(int(status), "Error")
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": title, "content": {_MEDIA: {"schema": schema}}}


def _titles() -> dict[int, str]:
    """Return what each status says, from the tree of errors."""
    found = {405: "This method is not for this address", 500: ApiError.title}
    waiting: list[type[ApiError]] = [ApiError]
    while waiting:
        one = waiting.pop(0)
        found.setdefault(one.status, one.title)
        waiting += one.__subclasses__()
    return found


_TITLES = _titles()
