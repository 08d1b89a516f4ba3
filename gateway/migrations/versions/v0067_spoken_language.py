"""Schema step spoken language: see ``sql/0067_spoken_language.sql``."""

from gateway.migrations import run, sql

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0067_spoken_language.sql"))
