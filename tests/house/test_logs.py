"""The hazard log and the threats name tests that exist, and every hazard and threat has one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize(("document", "least"), [("safety.md", 20), ("threats.md", 20)])
def test_each_row_names_a_test_that_exists(document: str, least: int) -> None:
    lines = (ROOT / "docs" / document).read_text().splitlines()
    rows = [line for line in lines if line.startswith("| ") and "test |" not in line]
    assert len(rows) >= least
    for row in rows:
        found = NAMED.search(row)
        assert found, row
        file = ROOT / "tests" / found[1]
        assert file.exists(), row
        assert f"def {found[2]}(" in file.read_text(), row


def test_hazards_are_numbered_once() -> None:
    text = (ROOT / "docs" / "safety.md").read_text()
    numbers = re.findall(r"^\| (H\d+) \|", text, re.MULTILINE)
    assert numbers == [f"H{place}" for place in range(1, len(numbers) + 1)]
