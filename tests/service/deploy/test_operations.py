"""docs/operations.md is run as it stands: back up, restore, and the ward is the same."""

import os
import re
import secrets as randomness
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from deploy.secrets.logins import LOGINS
from deploy.secrets.stack_secrets import write_private
from deploy.services.binaries import Binaries
from tests.support.databases import Database, DatabaseServer

DOCUMENT = Path(__file__).parents[3] / "docs" / "operations.md"
ROWS = 200
KILO = {"bytes": 1, "kB": 2**10, "MB": 2**20, "GB": 2**30}
GRANTS = """
SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges
 WHERE grantee LIKE 'homeward%' AND table_schema = 'public' ORDER BY 1, 2, 3
"""


def block(name: str) -> str:
    found = re.search(rf"<!-- tested: {name} -->\n```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None, name
    return found[1]


def run_block(name: str, folder: Path, binaries: Binaries, env: Mapping[str, str]) -> str:
    path = [str(Path(sys.executable).parent), str(binaries.postgres), os.environ["PATH"]]
    done = subprocess.run(  # noqa: S603 - the document's own commands
        ["/bin/bash", "-euo", "pipefail", "-c", block(name)],
        cwd=folder,
        env={**os.environ, "PATH": ":".join(path), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def fill(database: Database) -> None:
    with psycopg.connect(database.owner) as connection:
        connection.execute(
            "INSERT INTO app_user (username, password_hash, role) VALUES ('ada', 'x', 'admin')"
        )
        connection.execute(
            """
            INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value)
            SELECT at, at, n, 1, 1, 0, n
              FROM generate_series(1, %s) AS n,
                   LATERAL (SELECT timestamptz '2026-01-01Z' + n * interval '1 hour' AS at) AS t
            """,
            (ROWS,),
        )


def facts(url: str) -> list[object]:
    with psycopg.connect(url) as connection:
        return [
            connection.execute(query).fetchall()
            for query in (
                "SELECT count(*), sum(value), min(time), max(time) FROM observation",
                "SELECT username, role FROM app_user",
                "SELECT count(*) FROM timescaledb_information.chunks",
                "SELECT polname, polrelid::regclass::text FROM pg_policy ORDER BY 1, 2",
                GRANTS,
            )
        ]


@pytest.mark.skipif("HOMEWARD_DATABASE_URL" in os.environ, reason="needs the server's own tools")
def test_a_backup_restores_to_the_same_ward(
    database: Database, postgres_server: DatabaseServer, binaries: Binaries, tmp_path: Path
) -> None:
    fill(database)
    folder = tmp_path / "secrets"
    folder.mkdir()
    for login in LOGINS:
        write_private(folder / f"{login}.password", postgres_server.passwords[login].encode())
    run_block(
        "backup",
        tmp_path,
        binaries,
        {"DATABASE_URL": database.superuser, "SECRETS": str(folder)},
    )
    restored = postgres_server.database(f"restored_{randomness.token_hex(4)}")
    try:
        run_block("restore", tmp_path, binaries, {"DATABASE_URL": restored.superuser})
        assert facts(restored.superuser) == facts(database.superuser)
        with (
            psycopg.connect(restored.api) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("SELECT * FROM observation")
    finally:
        postgres_server.drop(restored.name)


@pytest.mark.skipif("HOMEWARD_DATABASE_URL" in os.environ, reason="needs the server's own tools")
def test_what_a_patient_year_takes_is_told(
    database: Database, binaries: Binaries, tmp_path: Path
) -> None:
    fill(database)
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO rollup_hour (patient_no, hour) SELECT DISTINCT 1, time FROM observation"
        )
    told = run_block("size", tmp_path, binaries, {"DATABASE_URL": database.superuser})
    cells = next(line for line in told.splitlines() if line.startswith(" observation  ")).split("|")
    now, year = (int(size) * KILO[unit] for size, unit in map(str.split, cells[1:]))
    assert year == pytest.approx(now * 8766 / ROWS, rel=0.06), told


@pytest.mark.skipif("HOMEWARD_DATABASE_URL" in os.environ, reason="needs the server's own tools")
def test_a_job_of_the_database_that_fails_is_seen(
    database: Database, binaries: Binaries, tmp_path: Path
) -> None:
    failed = """
        INSERT INTO _timescaledb_internal.bgw_job_stat (job_id, last_start, last_finish, next_start,
            last_successful_finish, last_run_success, total_runs, total_duration,
            total_duration_failures, total_successes, total_failures, total_crashes,
            consecutive_failures, consecutive_crashes)
        SELECT id, now(), now(), now(), now(), %s, 1, '1s', '1s', 0, 1, 0, 1, 0
          FROM _timescaledb_config.bgw_job WHERE proc_name = 'policy_job_stat_history_retention'
        ON CONFLICT (job_id) DO UPDATE SET last_run_success = excluded.last_run_success"""
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        connection.execute(failed, (True,))
        well = run_block("database-jobs", tmp_path, binaries, {"DATABASE_URL": database.superuser})
        connection.execute(failed, (False,))
        ill = run_block("database-jobs", tmp_path, binaries, {"DATABASE_URL": database.superuser})
    assert "2." in well
    assert "Failed" not in well
    assert "policy_job_stat_history_retention | Failed" in ill


def test_an_extension_made_by_the_container_image_is_accepted(
    empty_database: Database, postgres_server: DatabaseServer
) -> None:
    from deploy.database.bootstrap import migrate_with_roles  # noqa: PLC0415

    with psycopg.connect(empty_database.superuser, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION timescaledb")
        connection.execute(f"ALTER DATABASE {empty_database.name} OWNER TO postgres")
    owner = migrate_with_roles(empty_database.superuser, postgres_server.passwords)
    again = migrate_with_roles(empty_database.superuser, postgres_server.passwords)
    assert owner == again
    with psycopg.connect(owner) as connection:
        assert connection.execute("SELECT count(*) FROM observation").fetchone() == (0,)
