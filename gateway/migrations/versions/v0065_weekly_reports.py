"""Schema step weekly_reports: see ``sql/0065_weekly_reports.sql``."""

from gateway.migrations import run, sql

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0065_weekly_reports.sql"))
