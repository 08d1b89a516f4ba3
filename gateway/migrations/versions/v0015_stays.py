"""Schema step stays: see ``sql/0015_stays.sql``."""

from gateway.migrations import run, sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0015_stays.sql"))
