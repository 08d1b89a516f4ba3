"""Schema step invitations: see ``sql/0047_invitations.sql``."""

from gateway.migrations import run, sql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0047_invitations.sql"))
