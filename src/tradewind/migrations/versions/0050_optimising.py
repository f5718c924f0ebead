"""Hours at which people answer, and budgets that move between campaigns."""

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
