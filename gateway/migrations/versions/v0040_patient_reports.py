"""Schema step patient reports: see ``sql/0040_patient_reports.sql``."""

from gateway.migrations import run, sql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0040_patient_reports.sql"))
