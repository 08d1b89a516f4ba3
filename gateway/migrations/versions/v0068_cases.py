"""Schema step cases: see ``sql/0068_cases.sql``."""

from gateway.migrations import run, sql

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0068_cases.sql"))
