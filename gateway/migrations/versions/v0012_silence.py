"""Schema step silence: see ``sql/0012_silence.sql``."""

from gateway.migrations import run, sql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0012_silence.sql"))
