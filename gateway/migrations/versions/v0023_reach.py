"""Schema step reach: see ``sql/0023_reach.sql``."""

from gateway.migrations import run, sql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0023_reach.sql"))
