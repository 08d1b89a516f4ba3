"""Schema step home plans: see ``sql/0051_home_plans.sql``."""

from gateway.migrations import run, sql

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0051_home_plans.sql"))
