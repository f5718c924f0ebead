"""What the pages of e-mail and consent keep."""

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
