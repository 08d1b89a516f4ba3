"""Schema step record_cases: see ``sql/0071_record_cases.sql``."""

from gateway.migrations import run, sql

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0071_record_cases.sql"))
