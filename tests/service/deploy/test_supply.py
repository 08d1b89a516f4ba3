"""What Homeward is made of can be listed, and asked for known vulnerabilities."""

import gzip
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SETUP = ROOT / "deploy" / "setup"
LOCKED = json.loads((ROOT / "package-lock.json").read_text())["packages"]
NOWHERE = "http://127.0.0.1:1"


def run(script: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **more}
    return subprocess.run(  # noqa: S603 - our own scripts
        [SETUP / script], env=env, capture_output=True, text=True, check=False, timeout=120
    )


class Lists(ThreadingHTTPServer):
    """Stands in for the public lists of vulnerabilities: who is ``bad`` has one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.bad: set[str] = set()
        self.asked: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: Lists

    def do_GET(self) -> None:
        if self.path.startswith("/v1/vulns/"):
            self.answer({"id": "TEST-1", "modified": "2026-01-01T00:00:00Z", "summary": "made up"})
            return
        name = self.path.strip("/")  # npm wants to know which versions there are
        version = LOCKED[f"node_modules/{name}"]["version"]
        only = {version: {"name": name, "version": version}}
        self.answer({"name": name, "versions": only, "dist-tags": {"latest": version}})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"]))
        packed = self.headers.get("content-encoding") == "gzip"
        asked = json.loads(gzip.decompress(sent) if packed else sent)
        if self.path == "/v1/querybatch":
            names = [query["package"]["name"] for query in asked["queries"]]
            self.server.asked.update(names)
            vulns = [{"id": "TEST-1", "modified": "2026-01-01T00:00:00Z"}]
            self.answer({"results": [{"vulns": vulns} if self.bad(n) else {} for n in names]})
        elif self.path.endswith("/advisories/bulk"):
            self.server.asked.update(asked)
            advice = {"id": 1, "url": "x", "title": "made up", "severity": "high"}
            advice["vulnerable_versions"] = "*"
            self.answer({name: [advice] for name in asked if self.bad(name)})
        else:
            self.send_error(404)

    def bad(self, name: str) -> bool:
        return name in self.server.bad

    def answer(self, body: object) -> None:
        written = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def lists() -> Iterator[Lists]:
    with Lists() as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


def audit(lists: Lists, **more: str) -> subprocess.CompletedProcess[str]:
    addresses = {"AUDIT_PYTHON_URL": lists.url, "npm_config_registry": lists.url}
    return run("audit.sh", **{**addresses, **more})


def test_the_bill_of_materials_names_all_that_is_locked() -> None:
    made = run("sbom.sh")
    assert made.returncode == 0, made.stderr
    bills = [json.loads((ROOT / name).read_text()) for name in made.stdout.split()]
    assert {bill["bomFormat"] for bill in bills} == {"CycloneDX"}
    python, pages = ({(c["name"], c["version"]) for c in bill["components"]} for bill in bills)
    pins = re.findall(r"(?m)^([\w.-]+)==([^ \\;]+)", (ROOT / "requirements.lock").read_text())
    assert python == set(pins)
    for path, package in LOCKED.items():
        if path.count("node_modules/") == 1 and not package.get("optional"):
            assert (path.removeprefix("node_modules/"), package["version"]) in pages


def test_nothing_known_is_said(lists: Lists) -> None:
    told = audit(lists)
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("no known vulnerability") == 2
    assert {"fastapi", "uvicorn", "uplot", "mqtt"} <= lists.asked


def test_a_known_vulnerability_fails_and_is_named(lists: Lists) -> None:
    lists.bad = {"uvicorn", "uplot"}
    told = audit(lists)
    assert told.returncode == 1
    assert {name for name in lists.bad if name not in told.stdout} == set()
    assert "made up" in told.stdout
    assert "no known vulnerability" not in told.stdout


def test_a_list_that_cannot_be_reached_is_skipped_with_a_word_and_the_other_is_asked(
    lists: Lists,
) -> None:
    lists.bad = {"uplot"}
    told = audit(lists, AUDIT_PYTHON_URL=NOWHERE, UV_HTTP_RETRIES="0")
    assert "Python packages: SKIPPED" in told.stdout
    assert told.returncode == 1
    lists.bad = set()
    told = audit(lists, npm_config_registry=NOWHERE)
    assert "pages' packages: SKIPPED" in told.stdout
    assert told.returncode == 0
