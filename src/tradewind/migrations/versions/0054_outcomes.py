"""What conversations teach the prompts."""

from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Keep what a judgement of a prompt was made of."""
    op.execute("ALTER TABLE ai_prompt_uses ADD COLUMN because text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """Keep the judgement alone."""
    op.execute("ALTER TABLE ai_prompt_uses DROP COLUMN because")
