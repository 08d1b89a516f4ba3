"""Schema step alerts: see ``sql/0003_alerts.sql``."""

from gateway.migrations import run, sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0003_alerts.sql"))
