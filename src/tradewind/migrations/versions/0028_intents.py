"""Intents: sets of topics, their examples, trained versions, and messages that nobody could answer."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0028"
down_revision = "0027"

_TABLES = (
    """
    CREATE TABLE intent_sets (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        version integer NOT NULL DEFAULT 1,
        key text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_]{0,39}$'),
        name text NOT NULL CHECK (name <> ''),
        description text NOT NULL DEFAULT '',
        threshold real NOT NULL DEFAULT 0.5 CHECK (threshold BETWEEN 0 AND 1),
        changes integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, key)
    )""",
    """
    CREATE TABLE intents (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        set_id uuid NOT NULL REFERENCES intent_sets (id) ON DELETE CASCADE,
        label text NOT NULL CHECK (label ~ '^[a-z0-9][a-z0-9_-]{0,59}$'),
        description text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (set_id, label)
    )""",
    """
    CREATE TABLE intent_examples (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        set_id uuid NOT NULL REFERENCES intent_sets (id) ON DELETE CASCADE,
        intent_id uuid NOT NULL REFERENCES intents (id) ON DELETE CASCADE,
        text text NOT NULL,
        text_key text NOT NULL,
        negative boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (set_id, text_key)
    )""",
    "CREATE INDEX intent_examples_of_intent ON intent_examples (intent_id, created_at DESC, id DESC)",
    """
    CREATE TABLE intent_models (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        set_id uuid NOT NULL REFERENCES intent_sets (id) ON DELETE CASCADE,
        version integer NOT NULL,
        status text NOT NULL DEFAULT 'candidate' CHECK (status IN ('candidate', 'published', 'archived')),
        reason text NOT NULL DEFAULT '',
        intents integer NOT NULL,
        examples integer NOT NULL,
        metrics jsonb NOT NULL,
        report jsonb NOT NULL,
        artefact bytea NOT NULL,
        trained_at timestamptz NOT NULL DEFAULT now(),
        trained_by text NOT NULL DEFAULT '',
        published_at timestamptz,
        UNIQUE (set_id, version)
    )""",
    "CREATE UNIQUE INDEX intent_models_published ON intent_models (set_id) WHERE status = 'published'",
    """
    CREATE TABLE intent_unanswered (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        text text NOT NULL,
        text_key text NOT NULL,
        times integer NOT NULL DEFAULT 1,
        vector bytea,
        first_at timestamptz NOT NULL DEFAULT now(),
        last_at timestamptz NOT NULL DEFAULT now(),
        dismissed_at timestamptz,
        UNIQUE (organisation_id, text_key)
    )""",
    "CREATE INDEX intent_unanswered_newest ON intent_unanswered (organisation_id, last_at DESC)"
    " WHERE dismissed_at IS NULL",
)
_ISOLATED = ("intent_sets", "intents", "intent_examples", "intent_models", "intent_unanswered")


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    for table in _ISOLATED:
        tenant_table(op, table)


def downgrade() -> None:
    for table in reversed(_ISOLATED):
        op.execute(f"DROP TABLE {table}")
