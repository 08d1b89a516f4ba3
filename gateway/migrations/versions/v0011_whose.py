"""Schema step whose a row is: see ``sql/0011_whose.sql``."""

from gateway.migrations import run, sql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0011_whose.sql"))
