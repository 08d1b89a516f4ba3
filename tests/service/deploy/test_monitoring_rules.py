"""The rules for Prometheus do what their cases say, as its own tool sees it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.errors import DeployError
from deploy.services.binaries import find_promtool
from deploy.settings import StackSettings

FOLDER = Path(__file__).parents[3] / "deploy" / "monitoring"


def test_the_rules_do_what_their_cases_say(tmp_path: Path) -> None:
    try:
        promtool = find_promtool(StackSettings(), print)
    except DeployError as why:
        pytest.skip(f"promtool is not to be had: {why}")
    for name in ("rules.yml", "rules_test.yml"):
        shutil.copy(FOLDER / name, tmp_path)
    for words in (("check", "rules", "rules.yml"), ("test", "rules", "rules_test.yml")):
        done = subprocess.run(  # noqa: S603 - a program of the distribution
            [str(promtool), *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
