"""A nurse signs in at the hospital's own provider, in the browser, and lands on her page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from deploy.secrets.stack_secrets import Secrets
from deploy.services.ports import free_ports
from tests.support.browsers import PATIENCE_MS
from tests.support.databases import DatabaseServer
from tests.support.oidc_provider import CLIENT, SECRET, provider
from tests.support.seeded_ward import ApiServer
from tests.support.servers import Running

BACK = "/login/provider/back"
NINA = {"preferred_username": "nina", "name": "Nina Novak", "roles": ["n"], "ward": "main"}


@pytest.fixture
def hospital(
    postgres_server: DatabaseServer, stack_secrets: Secrets, server_folder: Path, tmp_path: Path
) -> Iterator[str]:
    """A ward, by its name: for a browser the provider (a number) is another site."""
    (tmp_path / "secret").write_text(SECRET)
    (port,) = free_ports(1)
    home = f"http://localhost:{port}"
    with postgres_server.migrated() as database, provider([home + BACK], {"u-1": NINA}) as issuer:
        more = {
            "HOMEWARD_OIDC_ISSUER": issuer,
            "HOMEWARD_OIDC_CLIENT_ID": CLIENT,
            "HOMEWARD_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
            "HOMEWARD_OIDC_NAME": "St Mary",
            "HOMEWARD_OIDC_ROLES": "n=nurse",
            "HOMEWARD_STAFF_SECOND_FACTOR": "true",
        }
        server = ApiServer(database=database, keys=stack_secrets, port=port, more=more)
        running = Running(server, server_folder / f"api-{port}.log")
        running.start()
        try:
            yield home
        finally:
            running.stop()


def test_a_nurse_signs_in_at_the_hospital_and_lands_on_her_page(
    hospital: str, browser: Browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{hospital}/login?next=/handover")
    page.get_by_role("link", name="Go to St Mary").click()
    page.locator('input[name="login"]').fill("u-1")
    page.locator('input[name="password"]').fill("any")
    page.locator('button[type="submit"]').click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{hospital}/handover")
    expect(page.locator(".who .name")).to_have_text("Nina Novak, nurse")
    page.goto(f"{hospital}/account")
    expect(page.locator("#sessions")).to_contain_text("through the hospital’s sign-in")  # noqa: RUF001
    context.close()
