"""Schema step alert history: see ``sql/0026_alert_history.sql``."""

from gateway.migrations import run, sql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0026_alert_history.sql"))
