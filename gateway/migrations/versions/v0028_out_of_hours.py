"""Schema step out of hours: see ``sql/0028_out_of_hours.sql``."""

from gateway.migrations import run, sql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0028_out_of_hours.sql"))
