"""Questions asked, what could not be answered, what the linter found, and which texts it has read."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0027"
down_revision = "0026"

_TABLES = (
    # Questions that nothing answered, grouped by what they mean; `embedding` is the middle of the group.
    """
    CREATE TABLE knowledge_gaps (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        version integer NOT NULL DEFAULT 1,
        question text NOT NULL,
        language text NOT NULL DEFAULT 'en',
        scope text NOT NULL DEFAULT 'public' CHECK (scope IN ('public', 'clients', 'internal')),
        embedding vector(384),
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'dismissed')),
        reason text NOT NULL DEFAULT '',
        document_id uuid REFERENCES knowledge_documents (id) ON DELETE SET NULL,
        handled_by uuid,
        handled_by_name text NOT NULL DEFAULT '',
        handled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX knowledge_gaps_of_state ON knowledge_gaps (organisation_id, state)",
    """
    CREATE TABLE knowledge_questions (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        channel text NOT NULL,
        scopes text[] NOT NULL DEFAULT '{}',
        language text NOT NULL,
        question text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('answered', 'refused', 'small_talk')),
        answer text NOT NULL,
        answered_by text NOT NULL,
        answerable real NOT NULL DEFAULT 0,
        citations jsonb NOT NULL DEFAULT '[]',
        passages jsonb NOT NULL DEFAULT '[]',
        dropped jsonb NOT NULL DEFAULT '[]',
        duration_ms integer NOT NULL DEFAULT 0,
        asked_by uuid,
        gap_id uuid REFERENCES knowledge_gaps (id) ON DELETE SET NULL,
        thumb smallint CHECK (thumb IN (-1, 1)),
        correction text NOT NULL DEFAULT '',
        judged_by uuid,
        judged_by_name text NOT NULL DEFAULT '',
        judged_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX knowledge_questions_newest ON knowledge_questions (organisation_id, id DESC)",
    "CREATE INDEX knowledge_questions_of_gap ON knowledge_questions (gap_id, created_at) WHERE gap_id IS NOT NULL",
    "CREATE INDEX knowledge_questions_old ON knowledge_questions (organisation_id, created_at)",
    # `fingerprint` is made of what is wrong and of the texts it is about: a changed text makes another finding.
    """
    CREATE TABLE knowledge_findings (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        kind text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('high', 'medium', 'low')),
        fingerprint text NOT NULL,
        document_id uuid NOT NULL REFERENCES knowledge_documents (id) ON DELETE CASCADE,
        other_document_id uuid REFERENCES knowledge_documents (id) ON DELETE CASCADE,
        passage text NOT NULL,
        other_passage text NOT NULL DEFAULT '',
        facts jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'dismissed')),
        reason text NOT NULL DEFAULT '',
        handled_by uuid,
        handled_by_name text NOT NULL DEFAULT '',
        handled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, fingerprint)
    )""",
    "CREATE INDEX knowledge_findings_of_document ON knowledge_findings (document_id)",
    "CREATE INDEX knowledge_findings_of_other ON knowledge_findings (other_document_id)",
    """
    CREATE TABLE knowledge_checks (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        document_id uuid NOT NULL UNIQUE REFERENCES knowledge_documents (id) ON DELETE CASCADE,
        mark text NOT NULL,
        checked_at timestamptz NOT NULL DEFAULT now()
    )""",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    for table in ("knowledge_gaps", "knowledge_questions", "knowledge_findings", "knowledge_checks"):
        tenant_table(op, table)


def downgrade() -> None:
    for table in ("knowledge_checks", "knowledge_findings", "knowledge_questions", "knowledge_gaps"):
        op.execute(f"DROP TABLE {table}")
