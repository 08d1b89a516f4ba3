"""Schema step passkeys: see ``sql/0048_passkeys.sql``."""

from gateway.migrations import run, sql

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0048_passkeys.sql"))
