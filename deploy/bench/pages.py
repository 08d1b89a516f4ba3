"""Benchmark of the pages: the panel of ten thousand from the server, and the panel in a browser.

The browser looks at a ward of 300 patients whose alerts come, change and end five times a second,
beside the readings of their devices. It measures itself: when the first row stands there, how long
each press waits for its paint, and every task that held the page up.
"""

import random
import secrets as randomness
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import httpx2
import psycopg
from playwright.sync_api import Browser, StorageState
from psycopg.types.json import Jsonb
from typing_extensions import override

from api.admin import create_admin
from deploy.bench.browsing import (
    PAINT_MS,
    SCREEN,
    TASK_MS,
    Look,
    browser,
    first_paint,
    longest_tasks,
    signed_in,
)
from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.ward import BenchWard, WardPlan
from deploy.bench.whole import api

SERVER_MS, PRESS_MS = 300.0, 100.0
ASKED = 15
WATCHED, EVENTS_A_S, FRAMES_A_S = 300, 5.0, 50
NAME, OWN = "bench", "bench-patient"
MANY = (
    Look("panel", "/panel", "#rows tr, #panel .empty"),
    Look("alerts", "/feed", "#open .alert, #calm .empty"),
    Look("capacity", "/capacity", "#plan > :not(.loading)"),
    Look("handover", "/handover", "#list > :not(.loading)"),
)
MINE = Look("patient's own page", "/mine", "#plain > :not(.loading)")
# Noted from the first script on: when the first row stands and is painted, long tasks, and how
# long each press waited for its paint.
_NOTED = """window.noted = { row: null, tasks: [], presses: [] };
    new PerformanceObserver((list) => noted.tasks.push(...list.getEntries()
        .map((one) => ({ at: one.startTime, ms: one.duration }))))
        .observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => noted.presses.push(...list.getEntries()
        .filter((one) => one.interactionId).map((one) => one.duration)))
        .observe({ type: "event", durationThreshold: 16, buffered: true });
    const looked = new MutationObserver(() => {
        if (!document.querySelector("#rows [data-patient]")) return;
        looked.disconnect();
        requestAnimationFrame(() => setTimeout(() => { noted.row = performance.now(); }));
    });
    document.addEventListener("DOMContentLoaded", () =>
        looked.observe(document.body, { childList: true, subtree: true }));"""


@dataclass(frozen=True, slots=True)
class Noted:
    """What the page noted of itself: milliseconds."""

    row: float
    tasks: list[float]
    presses: list[float]


class Unrest(threading.Thread):
    """Alerts that come and end, and readings, until it is told to stop."""

    def __init__(self, ward: BenchWard, url: str, seed: int) -> None:
        super().__init__(daemon=True)
        self._ward, self._url = ward, url
        self._chance = random.Random(seed)  # noqa: S311 - a load, not a secret
        self._over = threading.Event()
        self.events = 0

    @override
    def run(self) -> None:
        """Write findings as the gateway does, and send frames."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            numbers = [no for (no,) in connection.execute("SELECT no FROM patient").fetchall()]
            while not self._over.wait(1 / EVENTS_A_S):
                self._finding(connection, self._chance.choice(numbers))
                if self.events % int(EVENTS_A_S) == 0:
                    packets = self._ward.sender.packets(self._ward.frames(FRAMES_A_S))
                    self._ward.sender.blast(packets)

    def _finding(self, connection: psycopg.Connection, patient: int) -> None:
        now = self._ward.now_ms()
        payload = {
            "condition": self._chance.choice(("limit_hr_high", "limit_spo2_low", "single_3")),
            "change": self._chance.choice(("started", "started", "cleared")),
            "priority": self._chance.choice(("medium", "low")),
            "measured_ms": now - 1_000,
            "received_ms": now,
            "message": "as measured",
            "rule": "limits/1",
        }
        connection.execute(
            "INSERT INTO outbox (patient_no, kind, created_at, payload)"
            " VALUES (%s, 'finding', now(), %s)",
            (patient, Jsonb(payload)),
        )
        connection.execute("NOTIFY homeward_outbox")
        self.events += 1

    def stop(self) -> None:
        """End."""
        self._over.set()
        self.join(10)


def panel_of_many(run: BenchRun) -> list[BenchFigure]:
    """How long the server takes for a page of the panel of as many patients as there are."""
    count = run.size.patients[1]
    with run.ward(WardPlan(devices=count, seed=21)) as ward, api(run, ward) as (_, address):
        ward.warm_up()
        password = randomness.token_hex(16)
        create_admin(run.server.url(ward.database), NAME, password)
        with psycopg.connect(run.server.url(ward.database), autocommit=True) as connection:
            connection.execute("ANALYZE")
        ward.await_calm()
        took = sorted(_asked(address, password))
        site = address.removesuffix("/api/v1")
        with browser() as opened:
            state = signed_in(opened, site, NAME, password)
            tasks = longest_tasks(opened, state, site, MANY)
    note = f"{ASKED} times 50 rows by need; {took[0]:.0f} to {took[-1]:.0f} ms"
    name = f"panel of {count:,} patients, median"
    return [at_most(name, statistics.median(took), "ms", SERVER_MS, note), *tasks]


def _asked(address: str, password: str) -> Iterator[float]:
    with httpx2.Client(base_url=address, timeout=60) as http:
        form = {"username": NAME, "password": password}
        token = http.post("/auth/login", data=form).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        for _ in range(ASKED):
            began = time.perf_counter()
            http.get("/panel?limit=50&show=attention").raise_for_status()
            yield (time.perf_counter() - began) * 1000


def _own_account(run: BenchRun, ward: BenchWard, address: str, password: str) -> str:
    """Give the first patient an account with this password; returns the patient's id."""
    with httpx2.Client(base_url=address, timeout=60) as http:
        form = {"username": NAME, "password": password}
        token = http.post("/auth/login", data=form).raise_for_status().json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        body = {"username": OWN, "password": password, "role": "patient"}
        http.post("/users", json=body).raise_for_status()
    with psycopg.connect(run.server.url(ward.database), autocommit=True) as connection:
        row = connection.execute("SELECT no, id FROM patient ORDER BY no LIMIT 1").fetchone()
        number, patient = row or (0, "")
        connection.execute(
            "UPDATE app_user SET patient_no = %s, state = 'active' WHERE username = %s",
            (number, OWN),
        )
    return str(patient)


def _look(opened: Browser, state: StorageState, site: str, seconds: float) -> Noted:
    """Open the panel, watch it, and press what a coordinator presses."""
    context = opened.new_context(storage_state=state, viewport=SCREEN)
    page = context.new_page()
    page.add_init_script(_NOTED)
    page.goto(site + "/panel")
    page.locator("#rows [data-patient]").first.wait_for()
    ends = time.monotonic() + seconds
    names = ("With open alerts", "NEWS2 5+", "All", "By need")
    turn = 0
    while time.monotonic() < ends:
        page.get_by_role("button", name=names[turn % len(names)], exact=True).click()
        page.locator("button.more").nth(turn % 5).click()
        page.wait_for_timeout(1_000)
        page.keyboard.press("j")
        turn += 1
    noted = page.evaluate("noted")
    context.close()
    return Noted(noted["row"], [one["ms"] for one in noted["tasks"]], noted["presses"])


def panel_in_a_browser(run: BenchRun) -> list[BenchFigure]:
    """300 patients at five events a second, watched and used."""
    plan = WardPlan(devices=WATCHED, seed=22)
    with run.ward(plan) as ward, api(run, ward) as (_, address):
        ward.warm_up()
        password = randomness.token_hex(16)
        create_admin(run.server.url(ward.database), NAME, password)
        site = address.removesuffix("/api/v1")
        patient = _own_account(run, ward, address, password)
        unrest = Unrest(ward, run.server.url(ward.database), 23)
        with browser() as opened:
            state = signed_in(opened, site, NAME, password)
            own = signed_in(opened, site, OWN, password)
            unrest.start()
            noted = _look(opened, state, site, run.size.paced_s * 2)
            events = unrest.events
            looks = (*MANY[:2], Look("chart", f"/patients/{patient}", "#charts .u-over"))
            paints = [first_paint(opened, state, site, look) for look in looks]
            paints.append(first_paint(opened, own, site, MINE))
            unrest.stop()
    return _figures(noted, events, run.size.paced_s * 2) + paints


def _figures(noted: Noted, events: int, seconds: float) -> list[BenchFigure]:
    note = f"{WATCHED} patients, {events / seconds:.1f} events/s for {seconds:.0f} s"
    presses: Sequence[float] = sorted(noted.presses) or [0.0]
    late = presses[min(len(presses) - 1, int(0.98 * len(presses)))]
    longest = max(noted.tasks, default=0.0)
    return [
        at_most("first row of the panel painted", noted.row, "ms", PAINT_MS, note),
        at_most("press to paint p98", late, "ms", PRESS_MS, f"n {len(noted.presses)}"),
        at_most(
            "longest task on the page", longest, "ms", TASK_MS, f"{len(noted.tasks)} over 50 ms"
        ),
        plain("press to paint, median", statistics.median(presses), "ms"),
    ]


def pages(run: BenchRun) -> list[BenchFigure]:
    """The panel of ten thousand, then the panel in a browser."""
    return [*panel_of_many(run), *panel_in_a_browser(run)]
