"""The whole ward measured from outside: gateway, API with its alert engine, and open pages.

The gateway alone is what ``capacity`` measures. Here the API works off what the gateway finds and
some pages ask as often as they do, on the same cores. Three bursts take turns in one ward: the
whole of it, the gateway with the API suspended, and the floor. Where the difference goes is told
in CPU a frame, by program.
"""

import os
import secrets as randomness
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx2

from api.admin import create_admin
from deploy.bench.child import Child
from deploy.bench.fleet import make_fleet
from deploy.bench.report import BenchFigure, plain
from deploy.bench.run import BenchRun
from deploy.bench.stack import api_child
from deploy.bench.throughput import burst, floor, median
from deploy.bench.ward import BenchWard, WardPlan

PAGES, EVERY_S = 4, 2.0
_TICKS = os.sysconf("SC_CLK_TCK")
_ASKED = ("/panel?limit=50", "/alerts?state=open")


@contextmanager
def api(run: BenchRun, ward: BenchWard) -> Iterator[tuple[Child, str]]:
    """The API beside a ward's gateway, and its address."""
    server = run.server
    logins = {
        login: server.url(ward.database, login)
        for login in ("homeward_api_login", "homeward_engine_login")
    }
    child, site = api_child(run.base, logins)
    try:
        child.start(60.0)
        yield child, f"{site}/api/v1"
    finally:
        child.resume()
        child.stop()


class Pages:
    """Pages that are open, each asking as it does."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self._address = address
        self._form = {"username": username, "password": password}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._page, daemon=True) for _ in range(PAGES)]
        self.answers = 0

    def start(self) -> None:
        """Open them."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Close them."""
        self._stop.set()
        for thread in self._threads:
            thread.join(10)

    def _page(self) -> None:
        with httpx2.Client(base_url=self._address, timeout=5) as http:
            token = http.post("/auth/login", data=self._form).json()["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            while not self._stop.wait(EVERY_S):
                for path in _ASKED:
                    with suppress(httpx2.HTTPError):  # the API is suspended now and then
                        self.answers += http.get(path).is_success


def cpu_of_tree(pid: int) -> float:
    """User and system seconds of a process and its children that live; 0 where not known."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(folder.name) == pid or int(fields[1]) == pid:
                total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def _used(run: BenchRun, ward: BenchWard, beside: Child) -> dict[str, float]:
    postgres = run.server.child.process
    return {
        "gateway": ward.cpu_s(),
        "api": beside.cpu_s(),
        "broker": ward.broker.child.cpu_s(),
        "postgres": 0.0 if postgres is None else cpu_of_tree(postgres.pid),
    }


def whole_ward(run: BenchRun) -> list[BenchFigure]:
    """500 devices: the whole ward, the gateway alone and the floor in turn."""
    count, pairs = run.size.frames, run.size.pairs
    wholes, alones, floors, used = [], [], [], list[dict[str, float]]()
    with run.ward(WardPlan(devices=500, seed=14)) as ward, api(run, ward) as (child, address):
        password = randomness.token_hex(16)
        create_admin(run.server.url(ward.database), "bench", password)
        pages = Pages(address, "bench", password)
        pages.start()
        ward.warm_up()
        spare = replace(ward, fleet=make_fleet(500, seed=15))
        for _ in range(pairs):
            before = _used(run, ward, child)
            wholes.append(burst(ward, count))
            after = _used(run, ward, child)
            used.append({name: (after[name] - before[name]) / count * 1e6 for name in after})
            child.suspend()
            alones.append(burst(ward, count))
            floors.append(floor(run, spare, count))
            child.resume()
        pages.close()
    whole, alone = median(wholes), median(alones)
    shares = [w.rate / f.rate for w, f in zip(wholes, floors, strict=True)]
    beside = [w.rate / a.rate for w, a in zip(wholes, alones, strict=True)]
    spent = {name: statistics.median(one[name] for one in used) for name in used[0]}
    where = ", ".join(f"{name} {us:.0f}" for name, us in spent.items())
    note = f"{PAGES} pages, {pages.answers} answers; median of {pairs} turns"
    return [
        plain("whole ward, 500 devices", whole.rate, "frames/s", note),
        plain(
            "whole ward / floor", statistics.median(shares), "", f"floor {median(floors).rate:,.0f}"
        ),
        plain(
            "whole ward / gateway alone", statistics.median(beside), "", f"alone {alone.rate:,.0f}"
        ),
        plain("CPU a frame of the whole ward", sum(spent.values()), "us", where),
        *(plain(f"CPU a frame: {name}", us, "us", note) for name, us in spent.items()),
    ]
