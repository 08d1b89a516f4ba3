"""Schema step simulated patients: see ``sql/0035_simulated.sql``."""

from gateway.migrations import run, sql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0035_simulated.sql"))
