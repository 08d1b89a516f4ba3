"""Schema step own_notes: see ``sql/0064_own_notes.sql``."""

from gateway.migrations import run, sql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0064_own_notes.sql"))
