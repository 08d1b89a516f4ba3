"""Schema step erasure: see ``sql/0019_erasure.sql``."""

from gateway.migrations import run, sql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0019_erasure.sql"))
