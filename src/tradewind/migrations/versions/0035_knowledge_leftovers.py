"""Knowledge."""

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
