"""Schema step auditor: see ``sql/0044_auditor.sql``."""

from gateway.migrations import run, sql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0044_auditor.sql"))
