"""Schema step revisions: see ``sql/0008_revisions.sql``."""

from gateway.migrations import run, sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0008_revisions.sql"))
