"""What the documents say exists, exists."""

import re
from pathlib import Path

import pytest
import typer.main

from deploy.cli.main import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"(?:^|[`\s/])homeward ([a-z][a-z0-9-]+)((?: [^`\n|#]*)?)")
OPTION = re.compile(r"(--[a-z][a-z0-9-]+)")


def commands() -> dict[str, set[str]]:
    """The real commands with their options."""
    group = typer.main.get_command(app)
    found = getattr(group, "commands")  # noqa: B009 - not in click's stubs
    return {
        name: {word for parameter in one.params for word in parameter.opts} | {"--help"}
        for name, one in found.items()
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_homeward_command_in_a_code_block_exists(document: Path) -> None:
    known = commands()
    text = document.read_text().replace("\\\n", " ")
    spans = re.findall(r"```sh\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
    for span in spans:
        for name, rest in COMMAND.findall(span):
            assert name in known, f"{document.name}: homeward {name}"
            for option in OPTION.findall(rest):
                assert option in known[name], f"{document.name}: homeward {name} {option}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for target in re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z]+)`", document.read_text()):
        assert target in targets, f"{document.name}: make {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name}: {target}"


TESTS = re.compile(r"`((?:unit|service|e2e|house|faults)/[\w/]+(?:\.py)?|test_\w+\.py)`")


@pytest.mark.parametrize("name", ["security.md", "security-standards.md"])
def test_every_test_that_is_named_exists(name: str) -> None:
    found = TESTS.findall((ROOT / "docs" / name).read_text())
    assert found
    for test in found:
        places = [ROOT / "tests" / test, *(ROOT / "tests").rglob(test.rsplit("/", 1)[-1])]
        assert any(place.exists() for place in places), test
