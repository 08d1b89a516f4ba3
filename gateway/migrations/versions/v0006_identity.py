"""Schema step identity: see ``sql/0006_identity.sql``."""

from gateway.migrations import run, sql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0006_identity.sql"))
