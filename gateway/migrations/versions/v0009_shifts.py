"""Schema step shifts: see ``sql/0009_shifts.sql``."""

from gateway.migrations import run, sql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0009_shifts.sql"))
