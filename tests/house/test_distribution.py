"""The suite runs on several workers: what belongs together stays in one."""

from pathlib import Path

from tests.support.distribution import piece_of

ROOT = Path(__file__).parents[2]


def pieces(folder: str) -> list[str]:
    files = sorted((ROOT / "tests" / folder).rglob("test_*.py"))
    return [piece_of(f"{file.relative_to(ROOT)}::test_it[tests/e2e/x]") for file in files]


def test_whole_wards_kills_and_browsers_run_one_after_another() -> None:
    assert len(set(pieces("e2e") + pieces("faults"))) == 1


def test_the_tests_of_another_module_may_run_beside_it_and_those_of_a_module_do_not() -> None:
    for folder in ("unit", "house", "service"):
        assert len(set(pieces(folder))) == len(pieces(folder)) > 0
    one = "tests/service/test_gateway_ingest.py"
    assert piece_of(f"{one}::test_a") == piece_of(f"{one}::test_b[x::y]")


def test_the_whole_suite_is_run_so_and_tells_its_slowest_tests() -> None:
    rules = (ROOT / "Makefile").read_text()
    assert "--numprocesses=$(WORKERS)" in rules
    assert "--durations=10" in rules
