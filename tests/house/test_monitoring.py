"""Rules and dashboard ask for figures that the programs tell."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry

import api.app
import api.outlet.telling
from api.telemetry import REGISTRY
from gateway.telemetry import Metrics

FOLDER = Path(__file__).parents[2] / "deploy" / "monitoring"
RULES = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
NAME = re.compile(r"\bhomeward_[a-z_]+")
PARTS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def told(registry: CollectorRegistry) -> Iterator[str]:
    """Every name under which a figure can be asked for."""
    for family in registry.collect():
        yield from (family.name + end for end in PARTS.get(family.type, ("",)))


def asked() -> dict[str, str]:
    """Each expression by who asks it."""
    found = {rule["alert"]: rule["expr"] for group in RULES for rule in group["rules"]}
    for panel in DASHBOARD["panels"]:
        found |= {f"{panel['title']} {one['refId']}": one["expr"] for one in panel["targets"]}
    return found


@pytest.mark.parametrize(("who", "expression"), asked().items())
def test_every_figure_that_is_asked_for_is_told_by_a_program(who: str, expression: str) -> None:
    known = {*told(REGISTRY), *told(Metrics().registry)}
    names = NAME.findall(expression)
    assert names or "up{" in expression, who
    assert set(names) <= known, who


def test_every_panel_has_a_place_of_its_own() -> None:
    places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert len({one["id"] for one in DASHBOARD["panels"]}) == len(places)


def test_the_programs_that_are_asked_are_the_ones_imported_here() -> None:
    assert api.app.create_app
    assert api.outlet.telling.run_outlet
