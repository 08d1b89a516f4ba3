"""Schema step messages: see ``sql/0044_messages.sql``."""

from gateway.migrations import run, sql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0044_messages.sql"))
