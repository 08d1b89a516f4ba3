"""Schema step corrections: see ``sql/0018_corrections.sql``."""

from gateway.migrations import run, sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0018_corrections.sql"))
