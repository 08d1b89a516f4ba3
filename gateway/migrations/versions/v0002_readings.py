"""Schema step readings: see ``sql/0002_readings.sql``."""

from gateway.migrations import run, sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0002_readings.sql"))
