"""A small number for every event type: programs made for Cal.com name event types by numbers."""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.execute("ALTER TABLE event_types ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE")


def downgrade() -> None:
    op.execute("ALTER TABLE event_types DROP COLUMN number")
