"""Schema step panel standing: see ``sql/0027_panel_standing.sql``."""

from gateway.migrations import run, sql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0027_panel_standing.sql"))
