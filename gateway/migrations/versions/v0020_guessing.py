"""Schema step guessing: see ``sql/0020_guessing.sql``."""

from gateway.migrations import run, sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0020_guessing.sql"))
