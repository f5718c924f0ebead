"""Attempts in a row that ended without a word; mails whose address was taken away because the person is gone."""

from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.execute("ALTER TABLE send_intents ADD COLUMN broken_off integer NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE email_deliveries ALTER COLUMN address_sealed DROP NOT NULL")


def downgrade() -> None:
    op.execute("DELETE FROM email_deliveries WHERE address_sealed IS NULL")
    op.execute("ALTER TABLE email_deliveries ALTER COLUMN address_sealed SET NOT NULL")
    op.execute("ALTER TABLE send_intents DROP COLUMN broken_off")
