"""Schema step invitations: see ``sql/0042_invitations.sql``."""

from gateway.migrations import run, sql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0042_invitations.sql"))
