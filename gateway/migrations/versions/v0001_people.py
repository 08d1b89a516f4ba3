"""Schema step people: see ``sql/0001_people.sql``."""

from gateway.migrations import run, sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0001_people.sql"))
