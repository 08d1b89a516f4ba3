"""The servers that every other service test stands on."""

import psycopg

from tests.support.databases import Database


def test_a_fresh_database_has_timescale_and_the_newest_schema(database: Database) -> None:
    with psycopg.connect(database.owner) as connection:
        row = connection.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"
        ).fetchone()
        assert row is not None
        hypertables = connection.execute(
            "SELECT hypertable_name FROM timescaledb_information.hypertables"
        ).fetchall()
    assert ("observation",) in hypertables


def test_every_login_can_connect_and_none_is_superuser(database: Database) -> None:
    for url in (database.owner, database.gateway, database.api, database.engine):
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT usesuper FROM pg_user WHERE usename = user").fetchone()
            assert row == (False,)
