"""The layout is as docs/layout.md says: few modules a package, folders that say what they are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("analytics", "api", "deploy", "device_sim", "gateway")
MOST_BESIDE_FOLDERS = 8
FOLDERS = sorted(
    init.parent
    for package in PACKAGES
    for init in (ROOT / package).rglob("__init__.py")
    if "static" not in init.parts
)


@pytest.mark.parametrize("package", PACKAGES)
def test_few_modules_lie_beside_the_folders(package: str) -> None:
    beside = [one.stem for one in (ROOT / package).glob("*.py") if one.stem != "__init__"]
    assert len(beside) <= MOST_BESIDE_FOLDERS, beside


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: str(one.relative_to(ROOT)))
def test_each_folder_says_what_it_is(folder: Path) -> None:
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))
    assert said, folder
    assert not re.match(r"Homeward's \w+ package", said), folder


@pytest.mark.parametrize("package", PACKAGES)
def test_the_map_names_each_folder(package: str) -> None:
    row = re.search(
        rf"^\| `{package}` \| (.*)$", (ROOT / "docs/layout.md").read_text(), re.MULTILINE
    )
    assert row
    folders = {init.parent.name for init in (ROOT / package).glob("*/__init__.py")}
    assert folders <= set(re.findall(r"`(\w+)`", row[1])), package


def test_a_unit_test_lies_where_its_module_lies() -> None:
    for test in (ROOT / "tests/unit").rglob("test_*.py"):
        place = test.parent.relative_to(ROOT / "tests/unit")
        assert place == Path("pages") or (ROOT / place).is_dir(), test
