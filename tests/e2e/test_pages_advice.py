"""Advice from the chart to the patient's phone and back: previewed, sent, read, seen to be read."""

import re

from playwright.sync_api import expect

from tests.support.browsers import PHONE, Desk, no_wider_than
from tests.support.seeded_ward import SeededWard


def test_advice_is_previewed_sent_confirmed_by_keyboard_and_seen_to_be_read(
    desk: Desk, ward: SeededWard
) -> None:
    patient = ward.patients["Alice Moore"]
    team = desk.open("singh", f"/patients/{patient}?tab=plan")
    team.get_by_role("button", name="Send advice…").click()
    dialog = team.get_by_role("dialog")
    dialog.get_by_label("Begin with").select_option(label="Reminder to measure")
    words = dialog.get_by_label("As the patient reads it")
    expect(words).to_have_value(re.compile("^Please measure today"))
    expect(dialog.get_by_text("Source: proposed")).to_be_visible()
    words.fill("Please measure today. We wait for it until the evening.")
    dialog.get_by_role("button", name="Send as it stands").click()
    expect(dialog).to_have_count(0)
    line = team.locator("#advice li", has_text="until the evening").first
    expect(line).to_contain_text("To be confirmed by")
    page = desk.open("alice", "/mine", viewport=PHONE)
    mine = page.locator("#advice li", has_text="until the evening").first
    no_wider_than(page, PHONE["width"])
    button = mine.get_by_role("button", name=re.compile("^I have read this"))
    button.press("Enter")
    expect(mine).to_contain_text("You have read this")
    expect(button).to_have_count(0)
    expect(page.locator("#advice-told")).to_have_text("Your care team sees that you have read it.")
    team.reload()
    expect(line).to_contain_text("Read, as they said")
