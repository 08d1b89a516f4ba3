"""Whom NEWS2 is for, through the gateway: by the care plan's revision, the same in a replay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.replay_check import replay_differs

CHILD = {"adult_from_ms": 4_000_000_000_000, "pregnant_ms": None, "pregnant": None}


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def says(bench: Bench, scoring: dict[str, Any]) -> None:
    """As the API does: one more revision of the plan."""
    bench.run(
        "SELECT set_config('homeward.role', 'admin', false),"
        " set_scoring(no, %s, now()) FROM patient",
        Jsonb(scoring),
    )


def test_a_childs_readings_make_no_score_and_a_replay_agrees(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.synced(device)
    bench.send(bench.vitals(device))
    assert bench.count("assessment") == 1
    [(low,)] = bench.rows("SELECT news2_low FROM patient_now")
    assert low is not None
    says(bench, CHILD)
    bench.send(bench.vitals(device))
    assert bench.count("assessment") == 1, "nothing was scored"
    assert bench.rows(
        "SELECT news2_low, news2_high, risk, assessment->'news2'->>'reason',"
        " assessment->'news2'->>'score' FROM patient_now"
    ) == [(None, None, None, "under_16", None)]
    says(bench, {**CHILD, "adult_from_ms": 0})
    bench.send(bench.vitals(device))
    assert bench.count("assessment") == 2
    bench.pipeline.save_lanes()
    assert replay_differs(bench.database.superuser, [device.name]) == []


def test_another_change_of_the_plan_keeps_whom_news2_is_for(bench: Bench) -> None:
    says(bench, CHILD)
    bench.run(
        "SELECT set_config('homeward.role', 'admin', false),"
        " change_care_plan(no, jsonb_build_object('spo2_scale', 2), now()) FROM patient"
    )
    plans = bench.rows(
        "SELECT c.spo2_scale, c.scoring FROM patient p JOIN care_plan c"
        " ON c.patient_no = p.no AND c.revision = p.plan_revision"
    )
    assert {(scale, scoring["adult_from_ms"]) for scale, scoring in plans} == {  # type: ignore[index]
        (2, CHILD["adult_from_ms"])
    }
