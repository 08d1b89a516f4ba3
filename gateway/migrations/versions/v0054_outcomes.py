"""Schema step outcomes: see ``sql/0054_outcomes.sql``."""

from gateway.migrations import run, sql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0054_outcomes.sql"))
