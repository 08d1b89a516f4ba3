"""``homeward verify`` as an operator runs it: exit code and words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.support.databases import Database


def run_verify(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "deploy.cli", "verify", *arguments],
        env={**os.environ, "HOMEWARD_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_whole_record_is_proved_and_a_changed_one_named(database: Database) -> None:
    with psycopg.connect(database.owner) as connection:
        connection.execute("SELECT append_audit(now(), 'a', 'read', NULL, '{}')")
        connection.execute("SELECT append_audit(now(), 'b', 'read', NULL, '{}')")
    whole = run_verify(database.owner, "--from", "2026-01-01")
    assert whole.returncode == 0, whole.stderr
    assert "0 faults" in whole.stdout
    assert "2 rows, unbroken" in whole.stdout
    with psycopg.connect(database.owner) as connection:
        connection.execute("UPDATE audit SET actor = 'somebody else' WHERE id = 2")
    changed = run_verify(database.owner)
    assert changed.returncode == 1
    assert "broken at row 2" in changed.stdout


def test_the_database_of_a_stack_is_found_in_its_file(database: Database, tmp_path: Path) -> None:
    stack = tmp_path / "stack.json"
    stack.write_text(json.dumps({"database_url": database.owner}))
    proved = run_verify("", "--stack", str(stack))
    assert proved.returncode == 0, proved.stderr
    stack.write_text("{}")
    nothing = run_verify("", "--stack", str(stack))
    assert nothing.returncode == 1
    assert nothing.stderr == f"homeward: {stack}: names no database\n"


def test_a_database_that_is_away_is_said_in_one_line() -> None:
    away = run_verify("postgresql://nobody@127.0.0.1:1/nothing")
    assert away.returncode == 2
    assert away.stdout.startswith("cannot verify")
    assert away.stdout.count("\n") == 1
    assert "Traceback" not in away.stderr
