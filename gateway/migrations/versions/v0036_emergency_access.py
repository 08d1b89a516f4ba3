"""Schema step emergency access: see ``sql/0036_emergency_access.sql``."""

from gateway.migrations import run, sql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0036_emergency_access.sql"))
