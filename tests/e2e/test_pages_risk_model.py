"""How good the risk figure has been is on the panel, from the newest version's own record."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from psycopg.types.json import Jsonb

from analytics.risk.lessons import next_version
from analytics.risk.model import Example, PopulationModel
from tests.support.browsers import Desk
from tests.support.seeded_ward import SeededWard

NEWEST = 2_000_000_000


def learnt() -> PopulationModel:
    model = PopulationModel.initial()
    lesson = [
        Example(at, (0.0,) * 19, 0.1 + 0.8 * (at % 4 == 0), 0, at % 3, at % 4 == 0)
        for at in range(240)
    ]
    return next_version(lesson, model)


@pytest.fixture
def judged(ward: SeededWard) -> Iterator[None]:
    model = learnt()
    ward.execute(
        "INSERT INTO population_model VALUES (%s, now(), %s, %s)",
        NEWEST,
        model.snapshot(),
        Jsonb(model.report()),
    )
    yield
    ward.execute("DELETE FROM population_model WHERE version = %s", NEWEST)


@pytest.mark.usefixtures("judged")
def test_the_panel_says_how_good_the_risk_has_been(desk: Desk) -> None:
    page = desk.open("carla", "/panel")
    page.get_by_text("How good the risk figure has been").click()
    told = page.locator("#risk-model")
    expect(told).to_contain_text("240 examples 60 deteriorated")
    expect(told).to_contain_text("1.00 NEWS2 alone 0.50")
    expect(told).to_contain_text("not yet proven here")
    rows = told.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("100 %")


def test_before_anything_was_learnt_it_says_so(desk: Desk) -> None:
    page = desk.open("carla", "/panel")
    page.get_by_text("How good the risk figure has been").click()
    expect(page.locator("#risk-model")).to_contain_text("Nothing has been learnt here yet")
