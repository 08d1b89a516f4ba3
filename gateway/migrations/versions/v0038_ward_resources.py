"""Schema step ward resources: see ``sql/0038_ward_resources.sql``."""

from gateway.migrations import run, sql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0038_ward_resources.sql"))
