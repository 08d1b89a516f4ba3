"""Schema step refused readings: see ``sql/0017_refused.sql``."""

from gateway.migrations import run, sql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0017_refused.sql"))
