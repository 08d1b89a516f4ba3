"""Schema step consultations: see ``sql/0046_consultations.sql``."""

from gateway.migrations import run, sql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0046_consultations.sql"))
