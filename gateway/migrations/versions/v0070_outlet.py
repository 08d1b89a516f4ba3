"""Schema step outlet: see ``sql/0070_outlet.sql``."""

from gateway.migrations import run, sql

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0070_outlet.sql"))
