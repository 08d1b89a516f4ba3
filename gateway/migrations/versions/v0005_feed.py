"""Schema step feed: see ``sql/0005_feed.sql``."""

from gateway.migrations import run, sql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0005_feed.sql"))
