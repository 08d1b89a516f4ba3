"""Schema step weekly_reports: see ``sql/0056_weekly_reports.sql``."""

from gateway.migrations import run, sql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0056_weekly_reports.sql"))
