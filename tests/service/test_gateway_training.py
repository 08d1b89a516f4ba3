"""The population model learns beside the readings, and from every example once."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from analytics.risk.features import NAMES
from analytics.risk.model import Example, ModelState, PopulationModel
from analytics.risk.warm import shipped
from gateway.worker.training import Trainer, first_versions
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on

PATIENCE_S = 60.0


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


def matured(bench: Bench, count: int) -> None:
    """Store examples that nobody has learnt from."""
    for n in range(count):
        example = Example(
            at_ms=n,
            features=tuple(0.01 * n for _ in NAMES),
            probability=0.1,
            model_version=0,
            news2_low=n % 5,
            deteriorated=n % 3 == 0,
        )
        statement = "INSERT INTO risk_example (patient_no, at, example) VALUES (1, now(), %s)"
        bench.run(statement, msgspec.msgpack.encode(example))


def learnt(trainer: Trainer) -> None:
    """Wait until the lesson is over."""
    deadline = time.monotonic() + PATIENCE_S
    while trainer.busy and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not trainer.busy


def test_readings_pass_while_a_version_is_learnt(bench: Bench) -> None:
    device = bench.fleet[0]
    bench.send(bench.vitals(device))
    matured(bench, 30)
    trainer = Trainer(bench.parts, bench.session, 20)
    trainer.begin()
    bench.send(bench.vitals(device))
    assert bench.count("signed_frame") == 2
    learnt(trainer)
    trainer.finish()
    assert bench.one("SELECT max(version) FROM population_model") == 2
    assert bench.one("SELECT count(*) FROM risk_example WHERE used_in = 2") == 30
    said = "SELECT count(*) FROM risk_example WHERE said ? 'said' AND said ? 'line'"
    assert bench.one(said) == 30
    trainer.begin()
    assert not trainer.busy


def test_who_is_late_with_a_version_leaves_the_examples_alone(bench: Bench) -> None:
    bench.send(bench.vitals(bench.fleet[0]))
    matured(bench, 30)
    first, second = (Trainer(bench.parts, bench.session, 20) for _ in range(2))
    first.begin()
    second.begin()
    learnt(first)
    learnt(second)
    second.finish()
    bench.run("UPDATE risk_example SET used_in = 9")
    first.finish()
    assert bench.one("SELECT count(*) FROM risk_example WHERE used_in = 9") == 30


def test_a_ward_begins_with_the_shipped_version_once(bench: Bench) -> None:
    """Not proven here: it is in force, raises nothing, and its card says what it was made from."""
    found = bench.rows("SELECT version, report FROM population_model ORDER BY version")
    assert [version for version, _ in found] == [0, 1]
    report = cast("dict[str, Any]", found[1][1])
    assert report["origin"] == shipped().origin
    assert report["card"]["people"] == shipped().card.people
    assert report["proven"] is False
    with bench.session.transaction() as connection:
        first_versions(connection, 0)
    assert bench.one("SELECT max(version) FROM population_model") == 1


def test_a_ward_with_versions_of_its_own_gets_the_shipped_one_next(bench: Bench) -> None:
    bench.run("DELETE FROM population_model WHERE version = 1")
    old = PopulationModel(ModelState(format=1, version=7))
    bench.run(
        "INSERT INTO population_model VALUES (7, now(), %s, '{\"examples\": 31}')", old.snapshot()
    )
    with bench.session.transaction() as connection:
        first_versions(connection, 0)
    assert bench.one("SELECT max(version) FROM population_model") == 8
    bench.run("DELETE FROM population_model WHERE version = 8")
    bench.run("UPDATE population_model SET report = '{\"proven\": true}' WHERE version = 7")
    with bench.session.transaction() as connection:
        first_versions(connection, 0)
    assert bench.one("SELECT max(version) FROM population_model") == 7
