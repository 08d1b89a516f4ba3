"""Refused messages of hospital systems: why, tried again, dismissed; by keyboard too."""

from uuid import uuid4

from playwright.sync_api import expect

from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard

REFUSED = """
    INSERT INTO hl7_refused (id, digest, ward, direction, sender, control_id, event, code, reason,
                             sealed, first_at, last_at, kept_until)
    VALUES (%s, %s, 'main', 'in', 'ADT1|GENERAL', %s, 'ADT^A02', 'AE', %s, '', now(), now(),
            now() + interval '1 day')
"""


def refuse(ward: SeededWard, reason: str) -> tuple[str, str]:
    made, control = str(uuid4()), uuid4().hex[:12]
    ward.execute(REFUSED, made, made.encode(), control, reason)
    return made, control


def test_a_message_is_tried_again_or_dismissed(desk: Desk, ward: SeededWard) -> None:
    kept, control = refuse(ward, "no ward of this feed lies at C9")
    gone, other = refuse(ward, "the date of birth is no date")
    page = desk.open("carla", "/refused")
    page.get_by_role("link", name="What hospital systems sent").click()
    first = page.locator(f"[data-message='{kept}']")
    expect(first).to_contain_text("Transfer")
    expect(first).to_contain_text("no ward of this feed lies at C9")
    expect(first).to_contain_text("ADT1, GENERAL")
    page.get_by_role("button", name=f"Try again: Transfer, control number {control}").press("Enter")
    expect(first).to_contain_text("is tried again")
    second = page.locator(f"[data-message='{gone}']")
    page.get_by_role("button", name=f"Dismiss: Transfer, control number {other}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("it is deleted")
    dialog.get_by_role("button", name="Dismiss it").click()
    expect(second).to_have_count(0)
    expect(page.locator("#hl7-told")).to_have_text("Transfer: dismissed.")
    expect(first).to_have_count(1)
    page.reload()
    expect(first).to_contain_text("is tried again")
