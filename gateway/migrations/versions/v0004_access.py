"""Schema step access: see ``sql/0004_access.sql``."""

from gateway.migrations import run, sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0004_access.sql"))
