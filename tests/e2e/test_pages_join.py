"""Coming in by a link, back in by another, and without the telephone: as people at a browser do."""

import re
import secrets
import time

import pyotp
from playwright.sync_api import Page, expect

from tests.support.browsers import Desk, sign_in
from tests.support.seeded_ward import SeededWard

PASSWORD = "violet lantern drift seven"  # noqa: S105 - of accounts that live for one test


def link_made(page: Page) -> str:
    """The link that the page in front has just made."""
    dialog = page.get_by_role("dialog", name="The link")
    link = dialog.get_by_label("Link").inner_text()
    dialog.get_by_role("button", name="Done").click()
    return link


def chosen(page: Page, button: str) -> None:
    page.get_by_label("New password", exact=False).first.fill(PASSWORD)
    page.get_by_label("New password again").fill(PASSWORD)
    page.get_by_role("button", name=button).click()


def test_a_nurse_comes_in_by_a_link_once_and_gets_a_new_password_by_another(
    desk: Desk, ward: SeededWard
) -> None:
    name = f"pia{secrets.token_hex(3)}"
    page = desk.open("carla", "/people")
    page.get_by_role("button", name="Invite by link…").click()
    page.get_by_role("dialog").get_by_label("Role").select_option("nurse")
    page.get_by_role("button", name="Make the link").click()
    link = link_made(page)
    path = link.removeprefix(ward.url)
    own = desk.open(None, path)
    expect(own.locator("#what")).to_contain_text("as a nurse of the ward main")
    assert "#" not in own.url  # the link is not left in the address
    own.get_by_label("User name").fill(name)
    own.get_by_label("Your name").fill("Pia Novak")
    chosen(own, "Open the account")
    expect(own.locator("#done")).to_be_visible()
    own.get_by_role("link", name="Log in").click()
    sign_in(own, name, PASSWORD)
    own.wait_for_url("**/feed")
    page.reload()
    expect(page.locator("#links")).to_contain_text(f"{name}, nurse")
    page.get_by_role("button", name="Link for a new password…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Account").select_option(label=f"{name}, Pia Novak (nurse)")
    page.get_by_role("button", name="Make the link").click()
    again = desk.open(None, link_made(page).removeprefix(ward.url))
    expect(again.locator("#what")).to_contain_text(f"A new password for {name}")
    expect(again.get_by_label("User name")).to_be_hidden()
    chosen(again, "Set the password")
    expect(again.locator("#done")).to_be_visible()
    own.goto(ward.url + "/account")
    own.wait_for_url("**/login?next=*")
    assert desk.complaints == []
    used = desk.open(None, path)
    expect(used.locator("#what")).to_contain_text("was used already")
    desk.complaints.clear()  # the 404 of a link that is over


def test_whoever_lost_the_telephone_logs_in_with_a_recovery_code(
    desk: Desk, ward: SeededWard
) -> None:
    name = f"rec{secrets.token_hex(3)}"
    ward.passwords[name] = PASSWORD
    with ward.client("admin") as admin:
        body = {"username": name, "password": PASSWORD, "role": "nurse"}
        admin.post("/users", json=body).raise_for_status()
    with ward.client(name) as client:
        told = client.post("/me/totp", json={"password": PASSWORD}).raise_for_status().json()
        totp = pyotp.TOTP(told["secret"])
        client.post("/me/totp/verify", json={"otp": totp.at(time.time())}).raise_for_status()
    page = desk.open(None, "/login?next=/account")
    sign_in(page, name, PASSWORD)
    page.get_by_label("One-time code").fill(totp.at(time.time() + 30))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/account")
    factor = page.locator("#factor")
    expect(factor).to_contain_text("You have no recovery codes")
    factor.get_by_label("Password in use").first.fill(PASSWORD)
    page.get_by_role("button", name="Make recovery codes").click()
    dialog = page.get_by_role("dialog", name="Your recovery codes")
    codes = dialog.get_by_label("Recovery codes").inner_text().splitlines()
    assert len(codes) == 10
    dialog.get_by_role("button", name="I have kept them").click()
    expect(factor).to_contain_text("10 recovery codes left")
    other = desk.open(None, "/login?next=/account")
    sign_in(other, name, PASSWORD)
    other.get_by_label("One-time code").fill(codes[3])
    other.get_by_role("button", name="Log in").click()
    other.wait_for_url("**/account")
    expect(other.locator("#factor")).to_contain_text("9 recovery codes left")
    sessions = other.locator("#sessions li")
    expect(sessions).to_have_count(3)
    expect(sessions.filter(has_text="this one")).to_contain_text(re.compile(r"Chrom.* on Linux"))
    other.get_by_role("button", name="Log out everywhere else").click()
    expect(sessions).to_have_count(1)
    page.reload()
    page.wait_for_url("**/login?next=*")


VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A telephone or computer whose holder is always verified."""


def test_a_passkey_is_registered_and_logs_in_without_name_or_password(
    desk: Desk, ward: SeededWard
) -> None:
    name = f"key{secrets.token_hex(3)}"
    ward.passwords[name] = PASSWORD
    with ward.client("admin") as admin:
        body = {"username": name, "password": PASSWORD, "role": "nurse"}
        admin.post("/users", json=body).raise_for_status()
    home = ward.url.replace("127.0.0.1", "localhost")  # a number has no passkeys
    context = desk.browser.new_context()
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
    page.goto(home + "/login?next=/account")
    sign_in(page, name, PASSWORD)
    page.wait_for_url("**/account")
    page.get_by_role("button", name="Add a passkey…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What you call it").fill("ward telephone")
    dialog.get_by_label("Password in use").fill(PASSWORD)
    dialog.get_by_role("button", name="Go on with this device").click()
    expect(page.locator("#passkeys")).to_contain_text("ward telephone")
    expect(page.locator("#passkeys")).to_contain_text("not used yet")
    page.get_by_role("button", name="Log out", exact=True).press("Enter")
    page.wait_for_url("**/login")
    sign_in(page, name, PASSWORD)
    expect(page.locator("#told")).to_contain_text("opened with its passkey")
    page.goto(home + "/login?next=/account")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/account")
    expect(page.locator("#passkeys")).to_contain_text("last used")
    expect(page.locator("#sessions li", has_text="this one")).to_contain_text("with a passkey")
    context.close()
