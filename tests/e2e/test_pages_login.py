"""Logging in and out, as a person at a browser does."""

import secrets
import time

import httpx2
import pyotp
from playwright.sync_api import expect

from tests.support.browsers import Desk, sign_in
from tests.support.seeded_ward import SeededWard


def test_wrong_password_says_so_and_keeps_the_name(desk: Desk) -> None:
    page = desk.open(None, "/login")
    sign_in(page, "carla", "not the password")
    expect(page.locator("#told")).to_have_text("Wrong user name, password or one-time code.")
    expect(page.get_by_label("User name")).to_have_value("carla")


def test_a_visitor_comes_back_to_the_page_they_asked_for(desk: Desk, ward: SeededWard) -> None:
    page = desk.open(None, "/handover")
    assert "/login?next=" in page.url
    sign_in(page, "carla", ward.passwords["carla"])
    page.wait_for_url("**/handover")


def test_the_cookie_is_closed_to_scripts_and_other_sites(desk: Desk) -> None:
    page = desk.open("carla", "/panel")
    cookies = {one["name"]: one for one in page.context.cookies()}
    assert set(cookies) == {"homeward", "homeward_browser"}
    assert cookies["homeward_browser"]["httpOnly"]
    assert cookies["homeward_browser"]["path"] == "/login"
    cookie = cookies["homeward"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


def test_logging_out_ends_the_session(desk: Desk, ward: SeededWard) -> None:
    page = desk.open(None, "/login")
    sign_in(page, "lund", ward.passwords["lund"])
    page.wait_for_url("**/feed")
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    page.get_by_role("button", name="Log out").press("Enter")  # the line above may still move
    page.wait_for_url("**/login")
    again = httpx2.get(ward.url + "/feed", cookies=kept)
    assert again.status_code == 303


def test_second_factor_is_asked_only_when_it_is_needed(desk: Desk, ward: SeededWard) -> None:
    name, password = f"otp{secrets.token_hex(3)}", secrets.token_urlsafe(16)
    with ward.client("admin") as admin:
        body = {"username": name, "password": password, "role": "doctor"}
        admin.post("/users", json=body).raise_for_status()
    ward.passwords[name] = password
    with ward.client(name) as own:
        secret = (
            own.post("/me/totp", json={"password": password}).raise_for_status().json()["secret"]
        )
        now = time.time()
        first = {"otp": pyotp.TOTP(secret).at(now)}
        own.post("/me/totp/verify", json=first).raise_for_status()
    page = desk.open(None, "/login")
    expect(page.get_by_label("One-time code")).to_have_count(0)
    sign_in(page, name, password)
    page.get_by_label("One-time code").fill(pyotp.TOTP(secret).at(now + 30))
    expect(page.get_by_label("Password")).to_have_value(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/feed")


def test_a_log_in_from_another_site_is_refused(ward: SeededWard) -> None:
    form = {"username": "carla", "password": ward.passwords["carla"]}
    answer = httpx2.post(ward.url + "/login", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_roles_land_on_their_own_page(desk: Desk) -> None:
    assert desk.open("carla", "/").url.endswith("/panel")
    assert desk.open("singh", "/capacity").url.endswith("/feed")
    assert desk.open("alice", "/panel").url.endswith("/mine")
