"""The database's schema, step by step: Alembic revisions that run plain SQL from ``sql/``.

Both TimescaleDB editions are supported; the SQL asks ``timescale_edition()`` where they differ.
"""

from pathlib import Path

import psycopg
from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from gateway.address import address

HERE = Path(__file__).parent


def _config(database_url: str) -> Config:
    try:
        where = address(database_url)
    except psycopg.ProgrammingError as error:
        raise ArgumentError(str(error)) from error
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["engine"] = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(where), poolclass=NullPool
    )
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database up to ``revision``; running it again changes nothing.

    Args:
        database_url: ``postgresql://`` address of the owner of the schema, of one host or several.
        revision: how far to go; ``head`` is the newest.

    Raises:
        sqlalchemy.exc.OperationalError: the database cannot be reached.
    """
    command.upgrade(_config(database_url), revision)


def current(database_url: str) -> str | None:
    """Return the revision that the database is at, None for an empty one."""
    with _config(database_url).attributes["engine"].connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the newest revision that this program knows."""
    head = ScriptDirectory.from_config(_config("postgresql://")).get_current_head()
    if head is None:
        msg = "no migrations are installed with this program"
        raise RuntimeError(msg)
    return head


def sql(name: str) -> str:
    """Return the text of one migration from ``sql/``."""
    return (HERE / "sql" / name).read_text(encoding="utf-8")


def run(statements: str) -> None:
    """Run plain SQL, several statements at once, inside the revision's transaction."""
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        msg = "a migration runs on an open connection"
        raise RuntimeError(msg)
    connection.execute(statements)
