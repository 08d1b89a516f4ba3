"""Models and cohorts for coordinators, and the probability of diabetes on a patient's page."""

from playwright.sync_api import expect

from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard


def test_the_models_page_says_what_is_learnt_and_from_whom(desk: Desk) -> None:
    page = desk.open("carla", "/models")
    expect(page.locator("#diabetes")).to_contain_text("HbA1c of 6.5 % or more")
    expect(page.locator("#diabetes tbody tr")).to_have_count(2)
    expect(page.locator("#risk")).not_to_contain_text("could not be loaded")
    expect(page.locator("#cohorts")).to_contain_text("One group: ")


def test_a_doctor_asks_for_the_probability_of_diabetes(desk: Desk, ward: SeededWard) -> None:
    page = desk.open("singh", f"/patients/{next(iter(ward.patients.values()))}?tab=plan")
    page.get_by_text("Glucose: ranges").click()
    expect(page.locator("#glucose-part")).to_contain_text("No glucose was measured")
    page.get_by_text("Probability of diabetes").click()
    page.get_by_role("spinbutton", name="Glucose", exact=True).fill("9")
    page.get_by_label("Unit of Glucose").select_option("mmol/L")
    page.get_by_label("Body mass index").fill("34")
    page.get_by_role("button", name="Tell the probability").click()
    out = page.locator("#disease output")
    expect(out).to_contain_text("95 %")
    expect(out).to_contain_text("glucose above the average of the people learnt from, +")
    page.get_by_label("Body mass index").fill("300")
    page.get_by_role("button", name="Tell the probability").click()
    expect(out).to_contain_text("bmi")
