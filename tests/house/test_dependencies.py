"""Every direct dependency has its reason written down, and no reason outlives its dependency."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def declared() -> set[str]:
    lines = [*PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        lines += extra
    return {re.split(r"[\[<>=!~ ;]", line, maxsplit=1)[0].lower() for line in lines}


def told() -> dict[str, list[str]]:
    """The table's rows: name to what for and what not."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    return {name: row[1:] for row in rows for name in re.findall(r"`([^`]+)`", row[0])}


def test_each_dependency_is_named_with_its_reason_and_what_was_refused() -> None:
    assert set(told()) == declared()
    for name, reasons in told().items():
        assert len(reasons) == 2, name
        assert all(len(reason) > 4 for reason in reasons), name


def test_what_the_browser_gets_is_named_too() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    for name in (*package["dependencies"], *package["devDependencies"]):
        assert f"`{name}`" in PAGE
