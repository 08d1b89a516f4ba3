"""Schema step cohort demand: see ``sql/0030_cohort_demand.sql``."""

from gateway.migrations import run, sql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0030_cohort_demand.sql"))
