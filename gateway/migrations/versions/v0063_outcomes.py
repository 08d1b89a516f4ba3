"""Schema step outcomes: see ``sql/0063_outcomes.sql``."""

from gateway.migrations import run, sql

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0063_outcomes.sql"))
