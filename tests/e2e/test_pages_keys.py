"""Keys of other systems on their page: made, shown once, used, ended."""

import httpx2
from playwright.sync_api import expect

from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard


def test_a_key_is_made_shown_once_used_and_ended(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("admin", "/people")
    page.get_by_role("link", name="API keys").click()
    page.get_by_role("button", name="Make a key…").click()
    dialog = page.get_by_role("dialog", name="Make a key")
    dialog.get_by_label("Which system").fill("the warehouse")
    dialog.get_by_role("button", name="Make it").click()
    expect(dialog.locator(".wrong")).not_to_be_empty()  # without a scope it would do nothing
    desk.complaints.clear()
    dialog.get_by_label("Read patients").check()
    dialog.get_by_role("button", name="Make it").click()
    told = page.get_by_role("dialog", name="The key of the warehouse")
    key = told.get_by_label("Key").inner_text()
    told.get_by_role("button", name="I have put it away").click()
    line = page.locator("#keys tr", has_text="the warehouse")
    expect(line).to_contain_text("never")
    expect(line).to_contain_text("api/patients.read")
    bearer = {"Authorization": f"Bearer {key}"}
    ward.execute("UPDATE session_token SET used_at = used_at - interval '2 minutes'")
    patients = f"{ward.url}/api/v1/patients"
    assert httpx2.get(patients, headers=bearer).status_code == 200
    page.reload()
    expect(line).not_to_contain_text("never")
    page.get_by_role("button", name="End the key the warehouse").click()
    page.get_by_role("button", name="End it").click()
    expect(line).to_contain_text("ended by hand")
    assert httpx2.get(patients, headers=bearer).status_code == 401
    assert key not in page.content()
    assert desk.complaints == []
    assert desk.open("carla", "/keys").url.endswith("/panel")
