"""Schema step entries: see ``sql/0014_entries.sql``."""

from gateway.migrations import run, sql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0014_entries.sql"))
