"""A page on a stage: the real frame, styles and scripts over fixed data at a fixed time.

No server and no database: what a page asks is answered from a scene, so that a picture of it shows
the same on every machine. Times in scenes are minutes before :data:`NOW`.
"""

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, Page, Route

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.dashboard import frames
from api.language import catalogue_of, speaking
from tests.support.stage_frames import PUBLIC, frame_of

NOW = datetime(2026, 10, 24, 21, 5, tzinfo=UTC)
HOST = "http://ward.test"
FONT = "DejaVu Sans"
"""Which the set-up brings; system-ui is another font on every machine."""
_SAME_FONT = f"html, button, input, select, textarea {{ font-family: '{FONT}' !important; }}"
MENU = tuple((f"/{name.lower()}", name) for name in ("Panel", "Feed", "Round", "Handover"))
"""A menu of the stage's own: that of the ward may grow without new pictures."""
_STILL = """*, *::before, *::after { animation: none !important; caret-color: transparent; }
    .languages { display: none; }"""  # names in their own letters, for which fonts differ
# The live line, which Playwright cannot answer bit by bit; ``tell(name, data)`` says an event.
_LINE = """const fetched = window.fetch;
    let line = null;
    const said = (name, data) => new TextEncoder().encode(
        `event: ${name}\\ndata: ${JSON.stringify(data)}\\n\\n`);
    const beat = () => line?.enqueue(said("heartbeat", { feed: "live" }));
    window.tell = (name, data) => line.enqueue(said(name, data));
    window.fetch = (url, options) => {
        const asked = String(url);
        const streams = asked.includes("/alerts/stream") || /\\/cases\\/[^/]+\\/events/.test(asked);
        if (!streams) return fetched(url, options);
        if (!OPEN) return Promise.reject(new TypeError("cut off"));
        const body = new ReadableStream({ start: (made) => { line = made; beat(); } });
        options?.signal?.addEventListener("abort", () => line.error(options.signal.reason));
        return Promise.resolve(new Response(body, { status: 200 }));
    };
    setInterval(() => { try { beat(); } catch {} }, 4000);"""


def ago(minutes: float) -> str:
    """RFC 3339 of a moment so many minutes before now."""
    return (NOW - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a ward answers.

    Attributes:
        answers: JSON by path; a callable answers the route itself. Longest path first.
        status: what ``/ui/status`` differs in; None: the server does not answer at all.
        stream: whether the live line opens.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    status: Mapping[str, Any] | None = field(default_factory=dict)
    stream: bool = True


def caller(role: Role, name: str) -> Caller:
    """Somebody who is signed in, for the frame alone."""
    return Caller(
        user_id=UUID(int=1),
        username=name.lower(),
        display_name=name,
        role=role,
        state="active",
        ward="main",
        patient_no=None,
        session=b"",
        by_cookie=True,
    )


class Stage:
    """Opens pages over scenes.

    Attributes:
        menu: the pages' addresses and names in the masthead of staff; a patient has their own.
        catalogue: in which the pages speak.
    """

    def __init__(self, browser: Browser) -> None:
        self.menu = MENU
        self.catalogue = catalogue_of("en")
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(self, path: str, scene: Scene, role: Role = Role.COORDINATOR, **options: Any) -> Page:  # noqa: ANN401 - as Playwright's own
        """Open a page as somebody of a role; ``path`` may bear a query."""
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = self._browser.new_context(reduced_motion="reduce", **options)
        self._contexts.append(context)
        page = context.new_page()
        page.clock.install(time=NOW)
        page.add_init_script(_LINE.replace("OPEN", json.dumps(scene.stream)))
        page.route(f"{HOST}/**", lambda route: self._answer(route, scene, role))
        page.goto(HOST + path)
        return page

    def close(self) -> None:
        """Close what was opened."""
        for context in self._contexts:
            for page in context.pages:
                page.unroute_all(behavior="ignoreErrors")
            context.close()

    def _answer(self, route: Route, scene: Scene, role: Role) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            self._file(route, path)
        elif path == "/ui/status":
            self._status(route, scene)
        elif path.startswith(("/api/", "/ui/")):
            self._data(route, scene, path)
        else:
            self._frame(route, path, role)

    def _frame(self, route: Route, path: str, role: Role) -> None:
        name, shown = frame_of(path, role)
        asked_by = "Margarete Schröder" if role is Role.PATIENT else "Amara Singh"
        person = None if name in PUBLIC else caller(role, asked_by)
        links = frames.LINKS[role] if role is Role.PATIENT else self.menu
        with speaking(self.catalogue):
            answer = frames.frame(name, person, **shown, links=links)
        style = f"<style>{_SAME_FONT}{_STILL}</style></head>"
        body = bytes(answer.body).decode().replace("</head>", style)
        route.fulfill(body=body, content_type="text/html; charset=utf-8")

    def _file(self, route: Route, path: str) -> None:
        file = frames.HERE / path.strip("/")
        if not file.is_file():
            route.fulfill(status=404)
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        route.fulfill(body=file.read_bytes(), content_type=f"{kind}; charset=utf-8")

    def _status(self, route: Route, scene: Scene) -> None:
        if scene.status is None:
            route.abort()
            return
        told = {"now": ago(0), "rate": 1, "zone": "Europe/Berlin", "engine": True, "gateway": True}
        route.fulfill(body=json.dumps(told | {"on_shift": 3} | dict(scene.status)))

    def _data(self, route: Route, scene: Scene, path: str) -> None:
        found = next(
            (
                scene.answers[known]
                for known in sorted(scene.answers, key=len, reverse=True)
                if path.startswith(known)
            ),
            {"items": [], "next": None},
        )
        if callable(found):
            found(route)
            return
        route.fulfill(body=json.dumps(found), content_type="application/json")
