"""Schema step ward resources: see ``sql/0037_ward_resources.sql``."""

from gateway.migrations import run, sql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0037_ward_resources.sql"))
