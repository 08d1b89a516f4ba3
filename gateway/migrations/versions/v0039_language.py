"""Schema step language: see ``sql/0039_language.sql``."""

from gateway.migrations import run, sql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0039_language.sql"))
