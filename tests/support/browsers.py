"""A person at a browser: signs in, opens pages, and keeps what the browser complained about."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Request,
    Response,
    Route,
    StorageState,
)

from tests.support.seeded_ward import SeededWard
from tests.support.servers import wait_until

LAUNCH = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What a page does by itself comes round within 15 s, and a busy machine takes its time as well.
PATIENCE_MS = 45_000
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# A page that looks again every minute is made to look every second.
OFTEN = """for (const name of ["setInterval", "setTimeout"]) {
    const real = window[name];
    window[name] = (work, ms, ...rest) => real(work, ms >= 10000 ? 1000 : ms, ...rest); }"""
_cookies: dict[tuple[str, str], StorageState] = {}


@dataclass  # Playwright hangs attributes of its own on the owner of a listener
class Desk:
    """Pages opened in one test.

    Attributes:
        complaints: console errors, uncaught exceptions and answers of 400 and more.
        strangers: requests that left for another host.
    """

    ward: SeededWard
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, username: str | None, path: str, **options: Any) -> Page:  # noqa: ANN401 - as Playwright's own
        """Open a page as somebody, signed in through the log-in page once.

        What a page asks for once its service worker has taken it over Playwright does not route:
        who answers in the server's place blocks the worker (``service_workers="block"``).
        """
        state = self._signed_in(username) if username else None
        options.setdefault("viewport", DESKTOP)
        context = self.browser.new_context(storage_state=state, **options)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        self._listen(page)
        page.goto(self.ward.url + path)
        return page

    def _listen(self, page: Page) -> None:
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and "Failed to load resource" not in text:
            self.complaints.append(f"{kind}: {text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.ward.url, "data:", "about:")):
            self.strangers.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _signed_in(self, username: str) -> StorageState:
        key = (self.ward.url, username)
        if key not in _cookies:
            context = self.browser.new_context()
            page = context.new_page()
            page.goto(self.ward.url + "/login")
            sign_in(page, username, self.ward.passwords[username])
            page.wait_for_url(lambda url: "/login" not in url)
            _cookies[key] = context.storage_state()
            context.close()
        return _cookies[key]

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def becomes(read: Callable[[], object], holds: Callable[[Any], bool]) -> None:
    """Wait until what ``read`` returns satisfies ``holds``, for what ``expect`` has no words.

    A page that is live may be about to change: reading it once proves nothing either way.
    """
    seen: list[object] = [None]

    def now() -> bool:
        seen[0] = read()
        return holds(seen[0])

    try:
        wait_until(now, PATIENCE_MS / 1000)
    except TimeoutError:
        raise AssertionError(f"stayed {seen[0]!r}") from None


@contextmanager
def held_up(page: Page, what: str) -> Iterator[None]:
    """Keep the answers to what a page asks for until the block ends.

    Args:
        page: whose requests.
        what: pattern of their addresses.
    """
    late = list[Route]()
    page.route(what, lambda route: late.append(route))  # noqa: PLW0108 - is marked
    yield
    for route in late:
        route.continue_()
    page.unroute(what)


def no_wider_than(page: Page, width: int) -> None:
    """Wait until the page fits a width, which charts take a moment to do."""
    becomes(lambda: page.evaluate("document.documentElement.scrollWidth"), lambda w: w <= width)


def look_and_save(page: Page, why: str = "agreed on the round") -> Locator:
    """Ask what a change would have called, say why, and save; returns the dialog of it."""
    page.get_by_role("button", name="See last week, and save").click()
    dialog = page.get_by_role("dialog").first
    dialog.get_by_label("Why").fill(why)
    dialog.get_by_role("button", name="Save").click()
    return dialog


def sign_in(page: Page, username: str, password: str) -> None:
    """Fill in the log-in form and send it."""
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
