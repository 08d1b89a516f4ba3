"""A seeded ward served for real, and a browser for each person in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.secrets.stack_secrets import Secrets
from tests.support.browsers import LAUNCH, PATIENCE_MS, Desk
from tests.support.databases import DatabaseServer
from tests.support.receivers import Receiver, receiving
from tests.support.seeded_ward import NAMES, SeededWard, seeded

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run who needs the browser last: while it is open, its event loop runs in this thread.

    A ward is started before it is, so who needs the browser alone comes last of all.
    """

    def last(item: pytest.Item) -> tuple[bool, bool]:
        names = getattr(item, "fixturenames", ())
        return "browser" in names, "ward" not in names

    items.sort(key=last)


@pytest.fixture(scope="session")
def push_service() -> Iterator[Receiver]:
    """What the ward pushes to, in place of the browser's maker's."""
    with receiving() as made:
        yield made


@pytest.fixture(scope="session")
def ward(
    postgres_server: DatabaseServer,
    stack_secrets: Secrets,
    server_folder: Path,
    push_service: Receiver,
) -> Iterator[SeededWard]:
    """One ward for all tests of pages: each test uses patients of its own."""
    with postgres_server.migrated() as database:
        made = seeded(database, stack_secrets, server_folder, push_service.origin)
        try:
            yield made
        finally:
            made.running.stop()


@pytest.fixture(scope="package")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """One for all of this folder; whatever runs after it may have an event loop of its own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=LAUNCH)
        yield opened
        opened.close()


@pytest.fixture
def desk(ward: SeededWard, browser: Browser) -> Iterator[Desk]:
    """Opens pages as a person, and remembers whatever the browser complained about.

    No test of pages sees a patient's alert that another has raised and answered.
    """
    ward.end_alerts([name for name in NAMES[1:] if name in ward.patients])
    made = Desk(ward=ward, browser=browser)
    yield made
    made.close()


@pytest.fixture
def as_user(desk: Desk) -> Callable[[str, str], Page]:
    """``as_user("carla", "/panel")`` gives the page, signed in."""
    return desk.open
