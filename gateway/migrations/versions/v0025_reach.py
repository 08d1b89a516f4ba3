"""Schema step reach: see ``sql/0025_reach.sql``."""

from gateway.migrations import run, sql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0025_reach.sql"))
