"""Schema step advice: see ``sql/0057_advice.sql``."""

from gateway.migrations import run, sql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0057_advice.sql"))
