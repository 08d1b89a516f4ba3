"""Requests as an attacker sends them: crafted cursors, other hosts, slowly, and very many."""

import base64
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import httpx2
import pytest
import uvicorn

from api.app import create_app
from api.http.timed_head import timed_head
from tests.service.api.conftest import Served, Ward, settings_for
from tests.support.servers import wait_until

CRAFTED: list[object] = [
    [True],
    [10**30],
    [None],
    [{}],
    [[]],
    ["\ud800"],
    ["\0"],
    ["x"],
    [float("nan")],
    [float("inf"), 1],
    [float("nan"), 1],
    [0.5, True],
    [0.5, 10**30],
    ["0001-01-01T00:00:00+14:00"],
    ["9999-12-31T23:59:59-14:00"],
    ["2026-01-01T00:00:00Z", "no uuid"],
    ["2026-01-01T00:00:00Z", True],
    ["2026-01-01T00:00:00Z", "\ud800"],
    ["0001-01-01T00:00:00+14:00", "3b8e6a62-0b9d-4a4e-9a51-3a3f1f7f0a11"],
    ["2026-01-01T00:00:00Z", 1, 2, float("nan")],
    ["2026-01-01T00:00:00Z", True, True, 1.0],
    ["name", "\ud800"],
    ["\ud800", "3b8e6a62-0b9d-4a4e-9a51-3a3f1f7f0a11"],
    {"a": 1},
    "text",
    17,
]


def as_cursor(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def lists(ward: Ward, patient: str) -> list[str]:
    """Every route that takes a cursor, by the contract."""
    document = ward.client.get("/openapi.json").json()
    found = []
    for path, methods in document["paths"].items():
        asked = {one["name"] for one in methods.get("get", {}).get("parameters", [])}
        if "cursor" in asked:
            named = path.removeprefix("/api/v1").replace("{patient_id}", patient)
            found.append(named.replace("{device_id}", "w-none"))
    return found


def test_a_crafted_cursor_is_refused_on_every_list(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    paths = lists(ward, patient)
    assert len(paths) >= 12
    for path in paths:
        more = {"metric": "hr"} if path.endswith("/observations") else {}
        for buckets in ({}, {"bucket": "1h"}) if more else ({},):
            for key in CRAFTED:
                asked = {"cursor": as_cursor(key), **more, **buckets}
                answer = ward.get("admin", path, params=asked)
                harmless = isinstance(key, list) and all(isinstance(one, str) for one in key)
                allowed = {404, 422, 200} if harmless else {404, 422}
                assert answer.status_code in allowed, (path, key, answer.text)


def test_a_405_names_every_method_of_the_address(ward: Ward) -> None:
    for path, allowed in (
        ("/api/v1/users", {"GET", "POST"}),
        ("/api/v1/patients/3b8e6a62-0b9d-4a4e-9a51-3a3f1f7f0a11", {"GET", "PATCH"}),
        ("/login", {"GET", "POST"}),
        ("/api/v1/me", {"GET"}),
    ):
        answer = ward.client.request("DELETE", path)
        assert answer.status_code == 405
        named = set(answer.headers["allow"].split(", "))
        assert named == allowed, path


def test_a_request_for_another_host_is_refused(ward: Ward) -> None:
    for host, status in (
        ("localhost", 401),
        ("LOCALHOST:8000", 401),
        ("127.0.0.1:1", 401),
        ("[::1]:8000", 401),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
    ):
        answer = ward.client.get("/api/v1/me", headers={"Host": host})
        assert answer.status_code == status, host
    assert ward.client.get("/login", headers={"Host": "evil.example"}).status_code == 421


@pytest.fixture
def hasty(ward: Ward, served_api: Served, tmp_path: Path) -> Iterator[Ward]:
    """The same ward behind an API that waits a second for a request and bounds its callers."""
    settings = settings_for(
        served_api.database,
        tmp_path,
        request_body_s=1.0,
        caller_rate=0.5,
        caller_burst=5,
    ).model_copy(update={"master_key_file": ward.settings.master_key_file})
    config = uvicorn.Config(
        create_app(settings), port=0, log_level="error", access_log=False, http=timed_head(1.0)
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive(), 20.0)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30.0) as client:
            yield replace(ward, client=client, settings=settings)
    finally:
        server.should_exit = True
        thread.join(20.0)


def answered(ward: Ward, *pieces: bytes, pause_s: float = 0.0) -> tuple[bytes, float]:
    """What a connection gets to hear, and after how long it is closed."""
    url = ward.client.base_url
    began = time.monotonic()
    with socket.create_connection((url.host, url.port or 80), timeout=20) as line:
        for piece in pieces:
            line.sendall(piece)
            time.sleep(pause_s)
        heard = b""
        while chunk := line.recv(65_536):
            heard += chunk
    return heard, time.monotonic() - began


def test_a_half_sent_head_is_ended(hasty: Ward) -> None:
    heard, took = answered(hasty, b"GET /api/v1/me HT")
    assert heard.startswith(b"HTTP/1.1 408")
    assert took < 5
    heard, _ = answered(hasty)
    assert heard.startswith(b"HTTP/1.1 408")


def test_a_head_that_trickles_is_ended(hasty: Ward) -> None:
    pieces = [b"GET /api/v1/me HTTP/1.1\r\n", *[b"X-A: b\r\n"] * 3]
    heard, took = answered(hasty, *pieces, pause_s=0.3)
    assert heard.startswith(b"HTTP/1.1 408")
    assert took < 5


def test_a_half_sent_body_is_ended(hasty: Ward) -> None:
    head = (
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nuser"
    )
    heard, took = answered(hasty, head)
    assert heard.startswith(b"HTTP/1.1 408")
    assert b"application/problem+json" in heard
    assert took < 8


def test_a_whole_request_after_a_pause_is_answered(hasty: Ward) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    url = hasty.client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=20) as line:
        for _ in range(2):
            line.sendall(request)
            heard = b""
            while b'"ok"' not in heard:
                heard += line.recv(65_536)
            assert heard.startswith(b"HTTP/1.1 200")
            time.sleep(1.5)


def test_a_caller_has_a_rate_of_their_own(hasty: Ward) -> None:
    hasty.add("nina", "nurse")
    answers = [hasty.get("nina", "/me").status_code for _ in range(7)]
    assert answers[:5] == [200] * 5
    refused = hasty.get("nina", "/me")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 3
    assert hasty.get("admin", "/me").status_code == 200, "nobody else's"
    time.sleep(int(refused.headers["retry-after"]) + 0.2)
    assert hasty.get("nina", "/me").status_code == 200, "as it said"


def test_a_pending_patient_may_listen_and_hears_nothing(ward: Ward) -> None:
    ward.add("paul", "patient")
    ward.sql("UPDATE app_user SET state = 'pending' WHERE username = 'paul'")
    headers = {"Authorization": f"Bearer {ward.tokens['paul']}"}
    with ward.client.stream("GET", "/api/v1/alerts/stream", headers=headers) as answer:
        began = time.monotonic()
        for line in answer.iter_lines():
            assert not line.startswith("event: reset")
            if time.monotonic() - began > 6:
                break
        assert time.monotonic() - began > 6, "the stream ended by itself"


STORED = "/api/v1/patients/{patient_id}/dicomweb/studies"
"""Where a refusal is told as DICOM says (PS3.18 10.5.3), beside a problem."""


def test_every_answer_is_described(ward: Ward) -> None:
    document = ward.client.get("/openapi.json").json()
    assert "HTTPValidationError" not in json.dumps(document)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and path != "/readyz":
                    stored = path.startswith(STORED) and (method, status) == ("post", "409")
                    own = ["application/dicom+json"] if stored else []
                    wanted = [*own, "application/problem+json"]
                    assert list(answer["content"]) == wanted, (path, method)
