"""Schema step machine accounts: see ``sql/0033_api_keys.sql``."""

from gateway.migrations import run, sql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0033_api_keys.sql"))
