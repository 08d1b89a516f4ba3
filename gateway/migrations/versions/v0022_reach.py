"""Schema step reach: see ``sql/0022_reach.sql``."""

from gateway.migrations import run, sql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0022_reach.sql"))
