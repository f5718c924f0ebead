"""Answers that are said sentence by sentence, the text of visitors' files, and which opener does well."""

from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Keep what of an answer was said before the whole of it is stored, and what was read from a file, or why not."""
    op.execute("ALTER TABLE conversations ADD COLUMN saying jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE conversation_files ADD COLUMN content text, ADD COLUMN unread text")
    # What a trial of a flow's draft followed, so that a draft can be tried before it is published.
    op.execute("ALTER TABLE qualification_runs ADD COLUMN definition jsonb")
    op.execute("ALTER TABLE simulation_runs ADD COLUMN flow_fingerprint text")
    op.execute("CREATE INDEX agent_turns_openers ON agent_turns (created_at) WHERE variant IS NOT NULL")


def downgrade() -> None:
    """Answers are said whole again."""
    op.execute("DROP INDEX agent_turns_openers")
    op.execute("ALTER TABLE simulation_runs DROP COLUMN flow_fingerprint")
    op.execute("ALTER TABLE qualification_runs DROP COLUMN definition")
    op.execute("ALTER TABLE conversation_files DROP COLUMN content, DROP COLUMN unread")
    op.execute("ALTER TABLE conversations DROP COLUMN saying")
