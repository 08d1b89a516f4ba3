"""Schema step shift handover: see ``sql/0031_shift_handover.sql``."""

from gateway.migrations import run, sql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0031_shift_handover.sql"))
