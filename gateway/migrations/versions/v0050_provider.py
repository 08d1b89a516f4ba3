"""Schema step provider: see ``sql/0050_provider.sql``."""

from gateway.migrations import run, sql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0050_provider.sql"))
