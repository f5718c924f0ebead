"""Answers that are said sentence by sentence, the text of visitors' files, and which opener does well."""

from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Keep what of an answer was said before the whole of it is stored, and what was read from a file, or why not."""
    op.execute("ALTER TABLE conversations ADD COLUMN saying jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE conversation_files ADD COLUMN content text, ADD COLUMN unread text")
    op.execute("CREATE INDEX agent_turns_openers ON agent_turns (created_at) WHERE variant IS NOT NULL")


def downgrade() -> None:
    """Answers are said whole again."""
    op.execute("DROP INDEX agent_turns_openers")
    op.execute("ALTER TABLE conversation_files DROP COLUMN content, DROP COLUMN unread")
    op.execute("ALTER TABLE conversations DROP COLUMN saying")
