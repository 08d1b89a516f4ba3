"""Schema step patient notes: see ``sql/0034_notes.sql``."""

from gateway.migrations import run, sql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0034_notes.sql"))
