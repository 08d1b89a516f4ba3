"""OperationOutcome: an error as FHIR's clients read it, made from the problem details."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

ROOT = "/fhir/"
MEDIA_TYPE = "application/fhir+json"
_CODES: Mapping[int, str] = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    409: "conflict",
    412: "conflict",
    413: "too-long",
    421: "not-supported",
    422: "invalid",
    429: "throttled",
    503: "transient",
}


def of_problem(request: Request, problem: JSONResponse) -> JSONResponse:
    """Return an error in the words of the address that was asked: below ``/fhir/`` an outcome.

    A parameter of a search that is not right is 400 there, as the specification has it.
    """
    if not request.url.path.startswith(ROOT):
        return problem
    told: dict[str, Any] = json.loads(bytes(problem.body))
    fields = [(str(one["field"]), str(one["message"])) for one in told.get("errors", ())]
    status = problem.status_code
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and request.method in ("GET", "HEAD"):
        status = HTTPStatus.BAD_REQUEST
    kept = {
        name: value
        for name, value in problem.headers.items()
        if name not in ("content-type", "content-length")
    }
    body = outcome(status, told["detail"], fields)
    return JSONResponse(body, status, headers=kept, media_type=MEDIA_TYPE)


def outcome(status: int, detail: str, fields: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return the OperationOutcome of an error.

    Args:
        status: of the answer.
        detail: what is wrong, without personal data.
        fields: each parameter or element that is wrong, and why.
    """
    code = _CODES.get(status, "exception")
    told = [(f"{name}: {why}", [name]) for name, why in fields] or [(detail, [])]
    issues = [
        {"severity": "error", "code": code, "diagnostics": text}
        | ({"expression": names} if names else {})
        for text, names in told
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}


def information(text: str) -> dict[str, Any]:
    """Return the OperationOutcome of what went well, in words."""
    issue = {"severity": "information", "code": "informational", "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
