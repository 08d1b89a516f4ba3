"""Schema step passkeys: see ``sql/0043_passkeys.sql``."""

from gateway.migrations import run, sql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0043_passkeys.sql"))
