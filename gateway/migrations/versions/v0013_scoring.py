"""Schema step scoring: see ``sql/0013_scoring.sql``."""

from gateway.migrations import run, sql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0013_scoring.sql"))
