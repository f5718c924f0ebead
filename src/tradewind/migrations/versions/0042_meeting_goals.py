"""What a booking leads to: the stage a deal moves to, the campaign somebody came from; and whose a hold is."""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.execute("ALTER TABLE event_types ADD COLUMN booked_stage_id uuid REFERENCES stages (id) ON DELETE SET NULL")
    op.execute("ALTER TABLE meeting_attendees ADD COLUMN campaign text CHECK (length(campaign) <= 120)")
    op.execute("ALTER TABLE meetings ADD COLUMN held_by uuid")


def downgrade() -> None:
    op.execute("ALTER TABLE meetings DROP COLUMN held_by")
    op.execute("ALTER TABLE meeting_attendees DROP COLUMN campaign")
    op.execute("ALTER TABLE event_types DROP COLUMN booked_stage_id")
