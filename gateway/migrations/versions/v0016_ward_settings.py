"""Schema step ward settings: see ``sql/0016_ward_settings.sql``."""

from gateway.migrations import run, sql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0016_ward_settings.sql"))
