"""Questions about topics that are kept away from."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute("ALTER TABLE knowledge_questions DROP CONSTRAINT knowledge_questions_outcome_check")
    op.execute("""
        ALTER TABLE knowledge_questions ADD CONSTRAINT knowledge_questions_outcome_check
        CHECK (outcome IN ('answered', 'refused', 'off_topic', 'small_talk'))
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE knowledge_questions DROP CONSTRAINT knowledge_questions_outcome_check")
    op.execute("ALTER TABLE knowledge_questions NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE knowledge_questions SET outcome = 'refused' WHERE outcome = 'off_topic'")
    op.execute("ALTER TABLE knowledge_questions FORCE ROW LEVEL SECURITY")
    op.execute("""
        ALTER TABLE knowledge_questions ADD CONSTRAINT knowledge_questions_outcome_check
        CHECK (outcome IN ('answered', 'refused', 'small_talk'))
    """)
