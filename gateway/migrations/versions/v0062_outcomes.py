"""Schema step outcomes: see ``sql/0062_outcomes.sql``."""

from gateway.migrations import run, sql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0062_outcomes.sql"))
