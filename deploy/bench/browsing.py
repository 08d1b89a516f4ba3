"""A browser for the benchmarks: signed in, with an empty cache, and what pages note of themselves.

Each look is a context of its own that has kept nothing but the sign-in. The browser says when it
painted first, when what the page is for stood there, and which tasks took over 50 ms.
"""

import json
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, StorageState, ViewportSize, sync_playwright

from deploy.bench.report import BenchFigure, at_most, say
from deploy.services.binaries import find_chromium
from deploy.settings import StackSettings

PAINT_MS, TASK_MS = 1_000.0, 50.0
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run")
SCREEN: ViewportSize = {"width": 1280, "height": 800}
OPENED = 5
WATCHED_S = 10.0
_NOTED = """window.noted = { useful: null, tasks: [] };
    new PerformanceObserver((list) => noted.tasks.push(...list.getEntries()
        .map((one) => one.duration))).observe({ type: "longtask", buffered: true });
    const looked = new MutationObserver(() => {
        if (!document.querySelector(READY)) return;
        looked.disconnect();
        requestAnimationFrame(() => setTimeout(() => { noted.useful = performance.now(); }));
    });
    looked.observe(document, { childList: true, subtree: true });"""
_TOLD = """() => ({ ...noted,
    painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0 })"""


@dataclass(frozen=True, slots=True)
class Look:
    """One page: its name, its address, and what stands there once it is of use."""

    name: str
    path: str
    ready: str


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """What a page noted of one opening, in milliseconds."""

    painted: float
    useful: float
    tasks: list[float]


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of the set-up's, or the machine's."""
    with sync_playwright() as playwright:
        path = find_chromium(StackSettings(), say)
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


def signed_in(opened: Browser, site: str, username: str, password: str) -> StorageState:
    """Sign somebody in through the log-in page; returns what the browser keeps of it."""
    context = opened.new_context()
    page = context.new_page()
    page.goto(site + "/login")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    state = context.storage_state()
    context.close()
    return state


def seen(opened: Browser, state: StorageState, site: str, look: Look, after_s: float) -> OpenedPage:
    """Open a page with an empty cache, and watch it for some seconds more.

    What is waited for is what the page notes: a locator would search the whole page within it, a
    task of its own.
    """
    context = opened.new_context(storage_state=state, viewport=SCREEN)
    page = context.new_page()
    page.add_init_script(_NOTED.replace("READY", json.dumps(look.ready)))
    page.goto(site + look.path)
    while page.evaluate("noted.useful === null"):  # the pages' policy forbids what waits by text
        page.wait_for_timeout(20)
    page.wait_for_timeout(after_s * 1_000)
    told = page.evaluate(_TOLD)
    context.close()
    return OpenedPage(told["painted"], told["useful"], told["tasks"])


def first_paint(opened: Browser, state: StorageState, site: str, look: Look) -> BenchFigure:
    """The median first paint of a page, and when it was of use."""
    looks = [seen(opened, state, site, look, 0) for _ in range(OPENED)]
    painted = sorted(one.painted for one in looks)
    useful = statistics.median(one.useful for one in looks)
    note = f"{OPENED} times, {painted[0]:.0f} to {painted[-1]:.0f} ms; of use after {useful:.0f} ms"
    name = f"first paint of the {look.name}, empty cache"
    return at_most(name, statistics.median(painted), "ms", PAINT_MS, note)


def longest_tasks(
    opened: Browser, state: StorageState, site: str, looks: Sequence[Look]
) -> list[BenchFigure]:
    """The longest task of each page while it opens and for some seconds after."""
    figures = []
    for look in looks:
        tasks = seen(opened, state, site, look, WATCHED_S).tasks
        name, note = f"longest task of the {look.name}", f"{len(tasks)} over {TASK_MS:.0f} ms"
        figures.append(at_most(name, max(tasks, default=0.0), "ms", TASK_MS, note))
    return figures
