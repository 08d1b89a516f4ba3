"""Schema step outcomes: see ``sql/0061_outcomes.sql``."""

from gateway.migrations import run, sql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0061_outcomes.sql"))
