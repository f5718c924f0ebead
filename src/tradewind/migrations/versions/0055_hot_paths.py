"""Shapes of tables on hot paths."""

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
