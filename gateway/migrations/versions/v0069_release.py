"""Schema step release: see ``sql/0069_release.sql``."""

from gateway.migrations import run, sql

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0069_release.sql"))
