"""Sources, collected events by month, batches to process, rejected events."""

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
