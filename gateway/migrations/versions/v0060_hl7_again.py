"""Schema step hl7_again: see ``sql/0060_hl7_again.sql``."""

from gateway.migrations import run, sql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0060_hl7_again.sql"))
