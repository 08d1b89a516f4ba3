"""A scan of every kind of answer, behind TLS: the headers that browsers obey, and the cookies."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from api.app import create_app
from tests.service.api.conftest import PASSWORD, Served, Ward, served, settings_for

STRICT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
KINDS = {
    "page": ("GET", "/login", 200),
    "join": ("GET", "/join", 200),
    "redirect": ("GET", "/panel", 303),
    "script": ("GET", "/static/js/pages/login.js", 200),
    "no file": ("GET", "/static/none.js", 404),
    "no page": ("GET", "/none", 404),
    "no api": ("GET", "/api/v1/none", 404),
    "not signed in": ("GET", "/api/v1/patients", 401),
    "wrong method": ("PUT", "/api/v1/me", 405),
    "wrong body": ("POST", "/api/v1/auth/login", 422),
    "too large": ("POST", "/api/v1/auth/register", 413),
    "fhir": ("GET", "/fhir/r4/metadata", 200),
    "fhir refused": ("GET", "/fhir/r4/Patient", 401),
    "openapi": ("GET", "/openapi.json", 200),
    "health": ("GET", "/healthz", 200),
    "other host": ("GET", "/login", 421),
}


@pytest.fixture
def behind_tls(ward: Ward, served_api: Served, tmp_path: Path) -> Iterator[Ward]:
    """The same ward as it is behind a proxy with TLS."""
    settings = settings_for(served_api.database, tmp_path, cookie_secure=True)
    settings = settings.model_copy(update={"master_key_file": ward.settings.master_key_file})
    app = create_app(settings)
    with served(app) as address, httpx2.Client(base_url=address, timeout=30.0) as client:
        yield replace(ward, app=app, client=client, settings=settings)


def test_every_kind_of_answer_carries_what_browsers_obey(behind_tls: Ward) -> None:
    wrong = []
    for kind, (method, path, status) in KINDS.items():
        body = b"x" * 1_100_000 if kind == "too large" else None
        headers = {"Host": "evil.example"} if kind == "other host" else {}
        answer = behind_tls.client.request(method, path, content=body, headers=headers)
        assert answer.status_code == status, (kind, answer.status_code)
        wrong += [
            (kind, name) for name, value in STRICT.items() if answer.headers.get(name) != value
        ]
        told = dict(
            part.strip().split(" ", 1)
            for part in answer.headers["content-security-policy"].split(";")
        )
        wrong += [(kind, name) for name, value in POLICY.items() if told.get(name) != value]
        wrong += [(kind, one) for one in ("unsafe", "http:", "https:", "*") if one in str(told)]
        wrong += [
            (kind, name)
            for name in ("server", "x-powered-by")
            if "/" in answer.headers.get(name, "")
        ]
        kept = answer.headers["cache-control"]
        assert kept == ("no-cache" if kind == "script" else "no-store"), (kind, kept)
    assert wrong == []


def test_the_sessions_cookie_is_bound_to_this_host_and_to_tls(behind_tls: Ward) -> None:
    behind_tls.add("nina", "nurse")
    form = {"username": "nina", "password": PASSWORD}
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = behind_tls.client.post("/login", data=form, headers=headers)
    assert answer.status_code == 303
    cookies = answer.headers.get_list("set-cookie")
    (session,) = [one for one in cookies if one.startswith("__Host-homeward=")]
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")}
        assert {"secure", "httponly", "samesite=strict"} <= parts, cookie
        assert not any(part.startswith("domain=") for part in parts), cookie
    assert "path=/" in session.lower().replace(" ", "").split(";")
