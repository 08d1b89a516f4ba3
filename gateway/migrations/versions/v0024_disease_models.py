"""Schema step disease models: see ``sql/0024_disease_models.sql``."""

from gateway.migrations import run, sql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the step's SQL."""
    run(sql("0024_disease_models.sql"))
