"""Schema step auditor: see ``sql/0049_auditor.sql``."""

from gateway.migrations import run, sql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0049_auditor.sql"))
