"""Schema step signing in: see ``sql/0007_sign_in.sql``."""

from gateway.migrations import run, sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0007_sign_in.sql"))
