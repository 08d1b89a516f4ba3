"""What the command line of simulations hands on: the shared options beside each command's own."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import device_sim.__main__ as sim
from deploy.cli import simulation
from device_sim.options import ReplayOptions, RunOptions, SimulateOptions, Target

WHERE = ["--api", "http://ward", "--username", "ada"]
HOW = ["--faults", "0.5", "--seconds", "3", "--drain", "1", "--out", "here", "--seed", "7"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[RunOptions]:
    found: list[RunOptions] = []
    for name in ("simulate", "replay"):
        monkeypatch.setattr(sim, name, lambda options, **_: found.append(options))
    monkeypatch.setattr(simulation, "stop_asked", lambda: lambda: False)
    return found


def run(*words: str) -> int:
    app = typer.Typer()
    simulation.register(app)
    return CliRunner().invoke(app, list(words), env={"HOMEWARD_PASSWORD": "from outside"}).exit_code


def shared() -> dict[str, object]:
    target = Target(api="http://ward", username="ada", password="from outside")  # noqa: S106
    return {
        "target": target,
        "faults": 0.5,
        "seconds": 3.0,
        "drain_s": 1.0,
        "out": Path("here"),
        "seed": 7,
    }


def test_a_simulation_gets_the_shared_options_and_its_own(asked: list[RunOptions]) -> None:
    assert run("simulate", *WHERE, *HOW, "--patients", "3", "--interval", "5") == 0
    assert asked == [SimulateOptions(**shared(), patients=3, interval_s=5.0)]  # type: ignore[arg-type]


def test_a_replay_gets_the_shared_options_and_its_own(asked: list[RunOptions]) -> None:
    assert run("replay", *WHERE, *HOW, "--csv", "one.csv", "--together") == 0
    assert asked == [ReplayOptions(**shared(), csv=Path("one.csv"), together=True)]  # type: ignore[arg-type]


def test_without_them_the_defaults_are_those_of_a_run(asked: list[RunOptions]) -> None:
    assert run("simulate", *WHERE) == 0
    assert asked == [SimulateOptions(target=shared()["target"])]  # type: ignore[arg-type]


@pytest.mark.parametrize("words", [["--faults", "2"], ["--seconds", "-1"], ["--drain", "-1"]])
def test_what_cannot_be_is_a_wrong_use_of_either(asked: list[RunOptions], words: list[str]) -> None:
    assert run("simulate", *WHERE, *words) == 2
    assert run("replay", *WHERE, *words) == 2
    assert asked == []
