"""A patient writes and asks to be called on a telephone; the ward reads and answers, live."""

from playwright.sync_api import expect

from tests.e2e.test_pages_axe import sound
from tests.support.browsers import PHONE, Desk, no_wider_than
from tests.support.seeded_ward import SeededWard

WORDS = "My ankles are swollen."


def test_words_and_a_wish_to_be_called_come_through_live_and_are_seen(
    desk: Desk, ward: SeededWard
) -> None:
    alice = ward.patients["Alice Moore"]
    # What another test of this ward has written is not of this story.
    for table in ("message_seen", "patient_message", "call_request"):
        ward.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
    panel = desk.open("lund", "/panel")
    badge = panel.locator("nav a[href='/messages'] .count")
    expect(panel.locator(f"tr[data-patient='{alice}']")).to_be_visible()
    expect(badge).to_have_count(0)
    phone = desk.open("alice", "/messages", viewport=PHONE)
    expect(phone.locator("#said")).to_contain_text("No messages yet.")
    phone.get_by_label("Write to my care team").fill(WORDS)
    phone.get_by_role("button", name="Send").press("Enter")
    expect(phone.locator("#said li.mine")).to_contain_text("Not seen yet")
    expect(badge).to_contain_text("1 unread message")
    row = panel.locator(f"tr[data-patient='{alice}']")
    expect(row.get_by_role("link", name="1 unread, messages with Alice Moore")).to_be_visible()
    phone.get_by_label("What is it about?").fill("My water pills")
    phone.get_by_role("button", name="Ask to be called").press("Enter")
    expect(phone.locator("#own-call")).to_contain_text("You have asked to be called.")
    sound(phone)
    no_wider_than(phone, PHONE["width"])
    chart = desk.open("lund", f"/patients/{alice}")
    expect(chart.locator(f"[data-unread='{alice}']")).to_contain_text("1 unread message")
    chart.get_by_role("link", name="Messages 1 unread message").click()
    expect(chart.locator("#thread-head")).to_contain_text("Alice Moore")
    expect(chart.locator("#said li.theirs")).to_contain_text(WORDS)
    expect(phone.locator("#said li.mine")).to_contain_text("Seen by lund, nurse")
    expect(badge).to_contain_text("1 call asked for")
    expect(chart.locator("#calls")).to_contain_text("My water pills")
    chart.get_by_role("button", name="I call Alice Moore").press("Enter")
    expect(phone.locator("#own-call")).to_contain_text("lund will call you.")
    expect(badge).to_have_count(0)
    chart.get_by_label("Write to the patient").fill("Please weigh yourself tomorrow.")
    chart.get_by_label("Write to the patient").press("Control+Enter")
    expect(phone.locator("#said li.theirs")).to_contain_text("Please weigh yourself tomorrow.")
    expect(chart.locator("#said li.mine")).to_contain_text("Seen by alice, patient")
    sound(chart)
    chart.get_by_role("button", name="Call is made to Alice Moore").click()
    expect(phone.locator("#own-call")).to_contain_text("You have not asked to be called.")
    expect(chart.locator("#calls")).to_contain_text("No call is asked for.")
    chart.set_viewport_size(PHONE)
    no_wider_than(chart, PHONE["width"])
    assert desk.complaints == []
