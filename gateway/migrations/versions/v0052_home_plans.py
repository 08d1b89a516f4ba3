"""Schema step home plans: see ``sql/0052_home_plans.sql``."""

from gateway.migrations import run, sql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0052_home_plans.sql"))
