"""The plan beyond one machine: its document's own command, its arithmetic, its year."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.bench import plan
from deploy.bench.plan_costs import NEEDED, MeasuredCosts, read_costs
from deploy.bench.plan_sizing import PlanInputs, bounds, cell
from deploy.bench.plan_year import FailureInputs, load, simulate
from gateway.ownership.shares import GROUPS

ROOT = Path(__file__).parents[4]
DOCUMENT = (ROOT / "docs" / "scale.md").read_text()
INPUTS, FAILURES = PlanInputs(), FailureInputs()
COMMAND = "python -m deploy.bench.plan"


@pytest.fixture(scope="module")
def costs() -> MeasuredCosts:
    return read_costs([ROOT / "docs" / "scale-figures.jsonl"])


def test_the_document_shows_what_its_command_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (words,) = re.findall(rf"```sh\n{COMMAND} (.*)\n```", DOCUMENT)
    assert plan.main(shlex.split(words)) == 0
    (shown,) = re.findall(r"```text\n(.*?)```", DOCUMENT, re.DOTALL)
    assert capsys.readouterr().out.strip() == shown.strip()


def test_each_kept_figure_says_what_was_measured_where_and_how_busy_it_was() -> None:
    lines = (ROOT / "docs" / "scale-figures.jsonl").read_text().splitlines()
    kept = [json.loads(line) for line in lines]
    assert {one["name"] for one in kept} == set(NEEDED)
    assert all(one["commit"] and one["machine"] and one["load"] for one in kept)


def test_what_was_never_measured_is_not_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (ROOT / "docs" / "scale-figures.jsonl").read_text().splitlines()
    file = tmp_path / "some.jsonl"
    file.write_text("\n".join(line for line in lines if '"memory an active' not in line))
    assert plan.main(["--figures", str(file)]) == 2
    told = capsys.readouterr()
    assert "--only memory" in told.err
    assert not told.out


def test_the_newest_of_two_lines_counts(tmp_path: Path, costs: MeasuredCosts) -> None:
    lines = (ROOT / "docs" / "scale-figures.jsonl").read_text().splitlines()
    frame = next(json.loads(line) for line in lines if '"a stored frame"' in line)
    newer = frame | {"at": "2999-01-01T00:00:00+00:00", "value": 1.0}
    older = frame | {"at": "2001-01-01T00:00:00+00:00", "value": 2.0}
    for name, more in (("a", newer), ("z", older)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join([*lines, json.dumps(more)]))
    assert read_costs([tmp_path]).frame_bytes == 1.0
    assert read_costs([tmp_path / "z.jsonl"]).frame_bytes == costs.frame_bytes


@pytest.mark.parametrize("patients", [500, 30_000, 1_000_000])
def test_nothing_in_a_cell_is_fuller_than_it_may_be(patients: int, costs: MeasuredCosts) -> None:
    inputs = replace(INPUTS, patients=patients)
    made = cell(inputs, costs)
    assert made.patients <= min(one.patients for one in bounds(inputs, costs))
    assert made.cores["gateway"] <= (made.workers - 1) * inputs.busy
    assert made.workers - 1 <= GROUPS
    for name, program in (("door", "broker"), ("API", "api"), ("database", "postgres")):
        count, cores, _ = made.machines[name]
        serving = cores if name == "database" else count * cores
        assert made.cores[program] <= serving * inputs.busy + 1e-9, name
    assert made.machines["door"][0] >= 2
    assert made.machines["API"][0] >= 2


def test_what_costs_more_makes_cells_smaller_and_the_whole_dearer(costs: MeasuredCosts) -> None:
    dear = replace(costs, cpu_us={name: 40 * us for name, us in costs.cpu_us.items()})
    roomy = replace(INPUTS, keep_years=0.01, largest_cell=10**9)
    assert cell(roomy, dear).patients < cell(roomy, costs).patients
    once, twice = cell(INPUTS, costs), cell(replace(INPUTS, price_core=40.0), costs)
    assert twice.month > once.month
    assert twice.machines == once.machines


def test_a_day_has_its_peak_and_its_mean(costs: MeasuredCosts) -> None:
    made = cell(INPUTS, costs)
    hours = [load(hour * 3_600.0, made, INPUTS) for hour in range(24)]
    assert max(hours) == pytest.approx(made.frames_s, rel=0.01)
    assert sum(hours) / 24 == pytest.approx(made.frames_s / INPUTS.peak, rel=0.01)


def test_a_seed_gives_one_year_and_another_another(costs: MeasuredCosts) -> None:
    made = cell(INPUTS, costs)
    years = [simulate(made, 50, INPUTS, FAILURES, seed) for seed in (1, 1, 2)]
    assert years[0] == years[1] != years[2]


def test_where_nothing_fails_nothing_waits_and_what_fails_more_waits_longer(
    costs: MeasuredCosts,
) -> None:
    made = cell(INPUTS, costs)
    calm = replace(FAILURES, machine_mtbf_days=1e12, site_outages_year=0.0)
    assert simulate(made, 50, INPUTS, calm, 1).outages == 0
    rare = replace(calm, machine_mtbf_days=1_000.0)
    often = replace(calm, machine_mtbf_days=20.0)
    down = [simulate(made, 50, INPUTS, one, 1).down_s for one in (rare, often)]
    assert 0 < down[0] < down[1]


def test_a_database_whose_standby_is_lost_too_is_restored(costs: MeasuredCosts) -> None:
    made = cell(INPUTS, costs)
    falling = replace(FAILURES, machine_mtbf_days=2.0, repair_hours=24.0, site_outages_year=0.0)
    year = simulate(made, 5, INPUTS, falling, 3)
    assert year.restores > 0
    assert year.longest_s >= FAILURES.restore_hours * 3_600
