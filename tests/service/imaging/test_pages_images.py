"""The page of images in a browser: added over a poor line, seen, measured, reported on."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from api.auth.sessions import new_token, token_hash
from tests.e2e.test_pages_axe import AXE, violations
from tests.service.imaging.conftest import House, Site
from tests.support.browsers import DESKTOP, LAUNCH, PATIENCE_MS, PHONE, becomes, no_wider_than
from tests.support.images import made
from tests.support.servers import wait_until

BORN = date(1950, 12, 10)
PICTURE = """() => { const canvas = document.querySelector("#glass-a canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, at) => (at % 4 === 0 && value > 60 ? sum + 1 : sum), 0); }"""


@pytest.fixture(scope="module")
def chromium(site: Site, chromium_path: Path) -> Iterator[Browser]:
    """A browser, started after the site: it brings an event loop, and the site needs its own."""
    assert site
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=LAUNCH)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, house: House) -> Iterator[Page]:
    """The doctor's page of the patient's images; nothing may complain in the console."""
    token = new_token()
    house.ward.sql(
        "INSERT INTO session_token (token_hash, user_id, kind, expires_at) "
        "VALUES (%s, %s, 'cookie', now() + interval '1 hour')",
        token_hash(token),
        house.ward.ids["doctor"],
    )
    complaints: list[str] = []
    address = str(house.ward.client.base_url).rstrip("/")
    context = chromium.new_context(viewport=DESKTOP, base_url=address)
    context.add_cookies([{"name": "homeward", "value": token, "url": address}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    told = [one for one in complaints if "Failed to load resource" not in one]
    assert told == []


def written(folder: Path, house: House, slices: int, side: int) -> list[Path]:
    files = []
    name = "CompressedSamples^CT1"
    for number, content in enumerate(
        made(name, house.number, BORN, side=side, slices=slices, study=house.study)
    ):
        files.append(folder / f"{number:04d}.dcm")
        files[-1].write_bytes(content)
    return files


def add(page: Page, files: list[Path]) -> None:
    page.set_input_files("#files", [str(one) for one in files])
    page.get_by_role("button", name="Upload").click()


def test_images_are_added_over_a_poor_line_looked_at_and_reported_on(
    page: Page, house: House, tmp_path: Path
) -> None:
    files = written(tmp_path, house, slices=12, side=256)
    cut: list[str] = []

    def poor(route: Route) -> None:
        if len(cut) < 2:
            cut.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/bytes\?at="), poor)
    page.goto(f"/patients/{house.patient}/images")
    add(page, files)
    expect(page.locator("#sent")).to_have_text("12 pictures filed.")
    assert len(cut) == 2
    expect(page.locator("#glass-a")).to_contain_text("picture 1 of 12, window 40 / 400")
    becomes(lambda: page.evaluate(PICTURE), lambda lit: lit > 100)
    before = page.evaluate(PICTURE)
    page.locator(".glass").focus()
    page.keyboard.press("End")
    expect(page.locator("#glass-a")).to_contain_text("picture 12 of 12")
    becomes(lambda: page.evaluate(PICTURE), lambda lit: lit > before * 1.1)
    page.get_by_role("button", name="Lung").click()
    expect(page.locator("#glass-a")).to_contain_text("window -600 / 1500")

    page.get_by_role("button", name="Measure").click()
    box = page.locator(".glass").bounding_box()
    assert box is not None
    scale = min(box["width"], box["height"]) / 128  # 256 pixels of half a millimetre
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(middle[0] - 20 * scale, middle[1])
    page.mouse.down()
    page.mouse.move(middle[0] + 20 * scale, middle[1], steps=4)
    page.mouse.up()
    becomes(
        lambda: page.locator("#glass-a svg").text_content() or "",
        lambda text: "mm" in text and abs(float(text.split("mm")[0].split()[-1]) - 40) < 1.5,
    )

    page.get_by_label("What was found").fill("A disc that grows.")
    page.get_by_role("button", name="Sign the report").click()
    expect(page.locator("#reports")).to_contain_text("A disc that grows.")
    page.get_by_role("button", name=re.compile("beside what is open")).click()
    expect(page.locator("#glass-b")).to_contain_text("picture 1 of 12")
    page.evaluate(AXE)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    no_wider_than(page, PHONE["width"])


def test_somebody_elses_images_are_refused_in_words(
    page: Page, house: House, tmp_path: Path
) -> None:
    other = tmp_path / "other.dcm"
    other.write_bytes(house.file(PatientName="Roe^Jane"))
    page.goto(f"/patients/{house.patient}/images")
    add(page, [other])
    expect(page.locator("#sent")).to_have_text(
        "Not taken: File 1 of 1: the name in it is another. Nothing of it was kept."
    )
    expect(page.locator("#studies")).to_contain_text("No images.")


@pytest.mark.soak
def test_half_a_gigabyte_is_added_with_a_cut_in_the_middle_seen_and_erased(
    page: Page, house: House, tmp_path: Path
) -> None:
    files = written(tmp_path, house, slices=960, side=512)
    assert sum(one.stat().st_size for one in files) > 500_000_000
    page.goto(f"/patients/{house.patient}/images")
    add(page, files)
    share = "document.querySelector('#share').value"
    wait_until(lambda: page.evaluate(share) > 0.4, 600.0, 0.5)
    page.context.set_offline(offline=True)
    expect(page.locator("#sent")).to_contain_text("The line is cut")
    page.context.set_offline(offline=False)
    expect(page.locator("#sent")).to_have_text("960 pictures filed.", timeout=600_000)
    expect(page.locator("#glass-a")).to_contain_text("picture 1 of 960")
    house.ward.patch("coordinator", f"/patients/{house.patient}", {"state": "discharged"})
    assert house.ward.post("admin", f"/patients/{house.patient}/erase").status_code == 204
    wait_until(lambda: house.study not in house.held(), 120.0)
