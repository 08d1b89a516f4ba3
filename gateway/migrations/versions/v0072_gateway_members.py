"""Schema step gateway_members: see ``sql/0072_gateway_members.sql``."""

from gateway.migrations import run, sql

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0072_gateway_members.sql"))
