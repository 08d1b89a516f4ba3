"""Alembic's entry: one transaction for each revision, serialised by an advisory lock."""

from alembic import context
from sqlalchemy import text

MIGRATION_LOCK = 4711


def run() -> None:
    """Run the wanted revisions on the database that ``upgrade`` named."""
    with context.config.attributes["engine"].connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()


run()
