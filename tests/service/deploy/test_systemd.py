"""The units for bare machines: what systemd itself says of them, and that the programs are ours."""

import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
import typer.main

from deploy.cli.main import app

ROOT = Path(__file__).parents[3]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
INSTALLED = "/opt/homeward/bin/homeward"
MOST_EXPOSED = 30
"""Of 100: systemd's own figure of what a unit is exposed to and could do; below 40 it says OK."""


class Unit(RawConfigParser):
    """A unit's lines; what stands twice keeps its last."""

    def __init__(self, text: str) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",))
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string(text)


@pytest.fixture
def installed(tmp_path: Path) -> list[str]:
    """The units as if the programs lay where this test's own lie."""
    program = Path(sys.executable).parent / "homeward"
    for unit in UNITS:
        text = unit.read_text()
        assert INSTALLED in text
        (tmp_path / unit.name).write_text(text.replace(INSTALLED, str(program)))
    return [str(tmp_path / unit.name.replace("@.", "@0.")) for unit in UNITS]


def analysed(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("needs systemd-analyze")
    return subprocess.run(  # noqa: S603 - our own command
        [program, *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_systemd_finds_nothing_wrong(installed: list[str]) -> None:
    said = analysed("verify", "--man=no", *installed)
    ours = [line for line in said.stderr.splitlines() if "homeward" in line]
    assert said.returncode == 0, said.stderr
    assert not ours, ours


def test_systemd_would_find_a_wrong_word(installed: list[str]) -> None:
    broken = Path(installed[0])
    broken.write_text(broken.read_text().replace("NoNewPrivileges", "NoNewPrivilegess"))
    assert "NoNewPrivilegess" in analysed("verify", "--man=no", str(broken)).stderr


def test_a_program_could_do_little_besides_its_work(installed: list[str]) -> None:
    for unit in installed:
        threshold = f"--threshold={MOST_EXPOSED}"
        said = analysed("security", "--offline=true", "--no-pager", threshold, unit)
        assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_of_ours_as_an_account_of_its_own(unit: Path) -> None:
    commands = getattr(typer.main.get_command(app), "commands")  # noqa: B009 - not in click's stubs
    service = Unit(unit.read_text())["Service"]
    program, command = service["ExecStart"].split()
    assert (program, command in commands) == (INSTALLED, True)
    assert service["User"] == "homeward"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert "EnvironmentFile" in service, "no secret and no address is written into a unit"
    assert "PASSWORD" not in unit.read_text()
