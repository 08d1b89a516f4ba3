"""Schema step advice: see ``sql/0066_advice.sql``."""

from gateway.migrations import run, sql

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0066_advice.sql"))
