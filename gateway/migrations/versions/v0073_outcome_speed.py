"""Schema step outcome_speed: see ``sql/0073_outcome_speed.sql``."""

from gateway.migrations import run, sql

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0073_outcome_speed.sql"))
