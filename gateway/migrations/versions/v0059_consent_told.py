"""Schema step consent_told: see ``sql/0059_consent_told.sql``."""

from gateway.migrations import run, sql

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0059_consent_told.sql"))
