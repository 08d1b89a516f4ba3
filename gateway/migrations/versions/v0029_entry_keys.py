"""Schema step entry keys: see ``sql/0029_entry_keys.sql``."""

from gateway.migrations import run, sql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0029_entry_keys.sql"))
