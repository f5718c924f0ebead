"""Prompts with versions and tests, and what may go to models: redaction and topics."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0024"
down_revision = "0023"

_TABLES = (
    """
    CREATE TABLE ai_prompts (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        key text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)*$'),
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        task text NOT NULL,
        latest integer NOT NULL DEFAULT 0,
        published integer,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, key)
    )""",
    """
    CREATE TABLE ai_prompt_versions (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        prompt_id uuid NOT NULL REFERENCES ai_prompts (id) ON DELETE CASCADE,
        number integer NOT NULL CHECK (number > 0),
        content jsonb NOT NULL,
        note text NOT NULL DEFAULT '',
        created_by_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (prompt_id, number)
    )""",
    """
    CREATE TABLE ai_prompt_tests (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        prompt_id uuid NOT NULL REFERENCES ai_prompts (id) ON DELETE CASCADE,
        name text NOT NULL,
        inputs jsonb NOT NULL,
        expectations jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX ai_prompt_tests_of_prompt ON ai_prompt_tests (prompt_id)",
    """
    CREATE TABLE ai_prompt_runs (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        prompt_id uuid NOT NULL REFERENCES ai_prompts (id) ON DELETE CASCADE,
        number integer NOT NULL,
        model text NOT NULL,
        passed integer NOT NULL,
        failed integer NOT NULL,
        results jsonb NOT NULL,
        run_by_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX ai_prompt_runs_newest ON ai_prompt_runs (prompt_id, id DESC)",
    """
    CREATE TABLE ai_policies (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL UNIQUE,
        version integer NOT NULL DEFAULT 1,
        redacted_kinds text[] NOT NULL,
        exempt_connections uuid[] NOT NULL DEFAULT '{}',
        phone_region text,
        topics jsonb NOT NULL DEFAULT '[]',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
)
# A version that was saved stays as it is: the application may add versions, not change or remove one.
_PRIVILEGES = {"ai_prompt_versions": "SELECT, INSERT", "ai_policies": "SELECT, INSERT, UPDATE"}
_NAMES = ("ai_prompts", "ai_prompt_versions", "ai_prompt_tests", "ai_prompt_runs", "ai_policies")


def upgrade() -> None:
    for statement in _TABLES:
        op.get_bind().exec_driver_sql(statement)
    for table in _NAMES:
        tenant_table(op, table, privileges=_PRIVILEGES.get(table, "SELECT, INSERT, UPDATE, DELETE"))


def downgrade() -> None:
    for table in reversed(_NAMES):
        op.execute(f"DROP TABLE {table}")
