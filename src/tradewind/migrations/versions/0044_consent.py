"""Consent, suppression and preferences."""

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
