"""Middleware around every request: security headers, a bound on bodies, the log.

Plain ASGI, so that streams pass through unbuffered.
"""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import MisdirectedError, SlowError, TooLargeError
from api.http.problems import problem
from api.telemetry import REQUESTS, SECONDS

log = structlog.get_logger("api.access")
MAX_BODY_BYTES = 1_048_576

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: dict[bytes, bytes] = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cache-control": b"no-store",
}
_STRICT_TRANSPORT = {b"strict-transport-security": b"max-age=31536000; includeSubDomains"}


class SecurityHeaders:
    """Adds the headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        """Keep the application; ``tls``: browsers may be told to come back over TLS alone."""
        self._app = app
        self._headers = _HEADERS | (_STRICT_TRANSPORT if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add headers to the start of the answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                added = [(n, v) for n, v in self._headers.items() if n not in own]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class AllowedHosts:
    """Refuses requests for another host's name with 421: they were led here by somebody."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        """Keep the application and the names; ``*`` among them allows any."""
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Compare the name without its port."""
        if scope["type"] == "http" and "*" not in self._hosts:
            named = next((value for name, value in scope["headers"] if name == b"host"), b"")
            if host_name(named.decode("latin-1")) not in self._hosts:
                wrong = MisdirectedError()
                answer = problem(wrong.status, wrong.type, wrong.title, wrong.detail)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def host_name(header: str) -> str:
    """Return the name or address in a ``Host`` header, without port and brackets."""
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeBodies:
    """Which requests may have a large body: those of files, read as they come.

    Attributes:
        method: of the request.
        path: all of the address.
        most_bytes: of such a body.
        least_bytes_s: bytes a second below which it comes too slowly.
    """

    method: str
    path: re.Pattern[str]
    most_bytes: int
    least_bytes_s: int

    def of(self, scope: Scope) -> bool:
        """Whether this request is one of them."""
        return scope["method"] == self.method and bool(self.path.fullmatch(scope["path"]))


class BoundedBody:
    """Refuses bodies above a megabyte with 413, and those that come too slowly with 408.

    The time runs for the whole body, so that one byte now and then holds nothing open. Of a large
    one each byte that comes adds as much time as it may take.
    """

    def __init__(self, app: ASGIApp, *, body_s: float, large: LargeBodies) -> None:
        """Keep the application, how many seconds a body may take, and which may be large."""
        self._app = app
        self._body_s = body_s
        self._large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; stop at the bound."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        large = self._large if self._large.of(scope) else None
        most = large.most_bytes if large else MAX_BODY_BYTES
        if _declared_length(scope) > most:
            answer = problem(413, TooLargeError.type, TooLargeError.title, TooLargeError.title)
            await answer(scope, receive, send)
            return
        taken, whole = 0, False
        deadline = asyncio.get_running_loop().time() + self._body_s

        async def bounded() -> Message:
            nonlocal taken, whole
            if whole:  # what is waited for now is the client's leaving
                return await receive()
            try:
                more_s = taken / large.least_bytes_s if large else 0.0
                async with asyncio.timeout_at(deadline + more_s):
                    message = await receive()
            except TimeoutError as late:
                raise HTTPException(SlowError.status, SlowError.title) from late
            whole = not message.get("more_body", False)
            taken += len(message.get("body", b""))
            if taken > most:
                # FastAPI lets its own exceptions through while it reads a body, and no others.
                raise HTTPException(TooLargeError.status, TooLargeError.title)
            return message

        await self._app(scope, bounded, send)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


class AccessLog:
    """Counts and logs each answer by its route's template, so no path names a person."""

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measure the time to the start of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                _record(scope, message["status"], time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, watched)


_QUIET = ("/healthz", "/readyz", "/metrics")


def _record(scope: Scope, status: int, seconds: float) -> None:
    route: Any = scope.get("route")
    template = str(getattr(route, "path", "unmatched"))
    REQUESTS.labels(scope["method"], template, str(status)).inc()
    SECONDS.labels(scope["method"], template).observe(seconds)
    if template not in _QUIET:
        log.info(
            "answered",
            method=scope["method"],
            route=template,
            status=status,
            ms=round(seconds * 1000, 1),
        )
