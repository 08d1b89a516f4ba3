"""Schema step hl7: see ``sql/0045_hl7.sql``."""

from gateway.migrations import run, sql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0045_hl7.sql"))
