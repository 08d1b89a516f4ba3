"""Middleware: which language a request is answered in, before it is known whose it is.

What was chosen on the log-in page (a cookie) goes before what the browser asks for. Once the person
is known their own choice counts.
"""

from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.language import catalogue_of, speak
from api.language.tongues import ENGLISH, first_known, of_header

COOKIE: Final = "homeward_language"


class Spoken:
    """Sets the language that is spoken while a request is answered."""

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose by cookie, then by header."""
        if scope["type"] == "http":
            speak(catalogue_of(asked(scope)))
        await self._app(scope, receive, send)


def asked(scope: Scope) -> str | None:
    """Return the code of the language that the request's own browser asks for, if it is spoken."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    try:
        chosen = SimpleCookie(headers.get(b"cookie", "")).get(COOKIE)
    except CookieError:
        chosen = None
    wanted = of_header(headers.get(b"accept-language", ""))
    return first_known([chosen.value if chosen else None, wanted])


def speak_with(caller: Caller) -> None:
    """Speak the language that a person chose; the staff's own pages are in English so far."""
    if caller.role is not Role.PATIENT:
        speak(catalogue_of(ENGLISH.code))
    elif caller.language is not None:
        speak(catalogue_of(caller.language))
