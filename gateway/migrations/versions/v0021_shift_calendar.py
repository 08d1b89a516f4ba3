"""Schema step shift_calendar: see ``sql/0021_shift_calendar.sql``."""

from gateway.migrations import run, sql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0021_shift_calendar.sql"))
