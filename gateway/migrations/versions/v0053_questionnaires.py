"""Schema step questionnaires: see ``sql/0053_questionnaires.sql``."""

from gateway.migrations import run, sql

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0053_questionnaires.sql"))
