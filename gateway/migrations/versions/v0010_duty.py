"""Schema step duty: see ``sql/0010_duty.sql``."""

from gateway.migrations import run, sql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0010_duty.sql"))
