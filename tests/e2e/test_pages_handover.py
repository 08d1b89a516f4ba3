"""A shift is handed over on one page that both sign."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_pages_axe import AXE, violations
from tests.support.browsers import PHONE, Desk, becomes, no_wider_than
from tests.support.seeded_ward import SeededWard


def test_a_shift_is_handed_over_and_both_sign(desk: Desk, ward: SeededWard) -> None:
    ward.find("Giulia Yamada", "news2_urgent", "medium", message="NEWS2 5")
    giver = desk.open("singh", "/handover")
    entry = giver.locator("#list .card", has=giver.get_by_role("link", name="Giulia Yamada"))
    expect(entry).to_be_visible()
    giver.get_by_text("Hand over to a colleague").click()
    send = giver.get_by_role("button", name="Sign: I hand over")
    expect(send).to_be_disabled()
    giver.get_by_label("To", exact=True).select_option(label="lund, nurse, at work")
    giver.get_by_role("button", name="Tick nobody").click()
    entry.get_by_label(re.compile("^Hand over Giulia Yamada")).check()
    entry.get_by_label(re.compile("^Your words about Giulia")).fill("Ask about the cough.")
    expect(send).to_have_text("Sign: I hand over 1 patient")
    send.click()
    expect(giver.locator("#given")).to_contain_text("It is yours until they sign")
    mine = giver.locator("#offers .offer", has_text="waits to be taken over")
    expect(mine.get_by_role("button", name=re.compile("^Take back what"))).to_be_visible()

    taker = desk.open("lund", "/round")
    badge = taker.locator("nav .badge")
    expect(badge).to_have_text("1 waits for you")
    expect(taker.locator("#say")).to_contain_text("A handover waits for you")
    taker.get_by_role("link", name="Handover").click()
    offer = taker.locator("#offers .waiting")
    expect(offer.locator("h2")).to_have_text("Dr Amara Singh hands 1 patient over to you")
    expect(offer).to_contain_text("Ask about the cough.")
    expect(offer.locator(".sbar")).to_contain_text("NEWS2 5, since")
    taker.evaluate(AXE)
    assert violations(taker) == []
    taker.set_viewport_size(PHONE)
    no_wider_than(taker, PHONE["width"])
    offer.get_by_role("button", name=re.compile("^Sign: I take over 1 patient")).press("Enter")
    expect(badge).to_have_count(0)
    signed = taker.locator("#offers .offer", has_text="lund took over").first
    expect(signed.locator(".signed")).to_contain_text(re.compile("Dr Amara Singh handed over"))
    expect(signed.locator(".signed")).to_contain_text(re.compile("lund took over"))
    with ward.client("singh") as singh:
        patient = ward.patients["Giulia Yamada"]
        becomes(
            lambda: [
                one["doctor_name"]
                for one in singh.get("/alerts", params={"patient": patient}).json()["items"]
                if one["state"] != "closed" and one["message"] == "NEWS2 5"
            ],
            lambda names: names == ["Nurse Pia Lund"],
        )
    assert desk.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_giving_is_legible(desk: Desk, scheme: str) -> None:
    page = desk.open("singh", "/handover", color_scheme=scheme)
    page.get_by_text("Hand over to a colleague").click()
    expect(page.locator(".tick input").first).to_be_visible()
    page.evaluate(AXE)
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    no_wider_than(page, PHONE["width"])
