"""``homeward verify`` as an operator runs it: exit code and words."""

# ruff: noqa: S608 - the names in the statements are our own

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on


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


FRAME = "(SELECT max(frame_id) FROM signed_frame WHERE patient_no = %s)"
BY_HAND = (
    f"UPDATE observation SET value = 41 WHERE metric = 1 AND patient_no = 1 AND frame_id = {FRAME}",
    f"UPDATE signed_frame SET frame = set_byte(frame, 0, 2) WHERE frame_id = {FRAME}",
    "UPDATE device_key SET sign_public = set_byte(sign_public, 5, 77) WHERE device_no = %s",
)
"""One reading of the first patient, the first byte of a frame of the second, the third's key."""


def by_hand(bench: Bench) -> tuple[object, ...]:
    """Change the record behind the gateway's back; return the frames and the device's name."""
    for number, statement in enumerate(BY_HAND, 1):
        bench.run(statement, number)
    frames = (bench.one(f"SELECT {FRAME}", number) for number in (1, 2))
    return (*frames, bench.one("SELECT id FROM device WHERE no = 3"))


def test_a_row_a_frame_and_a_key_changed_by_hand_are_named(
    database: Database, tmp_path: Path
) -> None:
    stack = tmp_path / "stack.json"
    stack.write_text(json.dumps({"database_url": database.owner}))
    with bench_on(database, tmp_path, size=3) as bench:
        for device in bench.fleet:
            bench.synced(device)
            bench.send(bench.vitals(device), bench.vitals(device))
        whole = run_verify("", "--stack", str(stack))
        assert whole.returncode == 0, whole.stdout + whole.stderr
        assert "9 frames and 36 readings verified, 0 faults" in whole.stdout
        first, second, device_id = by_hand(bench)
    changed = run_verify("", "--stack", str(stack))
    assert changed.returncode == 1, changed.stdout + changed.stderr
    lines = changed.stdout.splitlines()
    assert any(line.startswith(f"row {first} metric 1 at ") for line in lines), lines
    assert f"frame {second}: the stored bytes are no signed frame" in lines
    assert f"key 3 of device {device_id}: none of its 3 frames holds" in lines
    assert "audit record: 0 rows, unbroken, head none" in lines
    assert "Traceback" not in changed.stderr


def test_what_is_not_proved_is_said_where_one_looks_first() -> None:
    told = run_verify("", "--help").stdout
    assert "Not proved: assessments" in told
    assert "--too-old-days" in told


def test_a_database_that_is_away_is_said_in_one_line() -> None:
    away = run_verify("postgresql://nobody@127.0.0.1:1/nothing")
    assert away.returncode == 2
    assert away.stdout.startswith("cannot verify")
    assert away.stdout.count("\n") == 1
    assert "Traceback" not in away.stderr


def test_frames_that_went_by_their_age_are_missed_by_nobody(
    database: Database, tmp_path: Path
) -> None:
    remove = "SELECT remove_over_period('readings', now() + interval '2 days', now())"
    leave = "UPDATE patient SET state = 'discharged' WHERE no = %s"
    with bench_on(database, tmp_path, size=2) as bench:
        for device in bench.fleet:
            bench.synced(device)
            bench.send(bench.vitals(device), bench.vitals(device))
        bench.run("UPDATE patient SET created_at = now() - interval '1 day'")
        bench.run("UPDATE encounter SET period_end = greatest(now(), period_start)")
        bench.run(leave, 1)
        proof = bench.one(remove)
        assert isinstance(proof, dict)
        assert (proof["tables"]["signed_frame"], proof["chunks"], proof["left"]) == (3, 0, 0)
        one_left = run_verify(database.owner)
        assert one_left.returncode == 0, one_left.stdout
        assert "3 frames and 12 readings verified, 0 faults" in one_left.stdout
        bench.run("DELETE FROM signed_frame WHERE seq = 2")
        assert "the gateway stored 3 frames, 2 are there" in run_verify(database.owner).stdout
        bench.run(leave, 2)
        proof = bench.one(remove)
        assert isinstance(proof, dict)
        assert proof["chunks"] >= 2
        assert bench.count("observation") == bench.count("signed_frame") == 0
