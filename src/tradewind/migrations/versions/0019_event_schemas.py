"""Event schemas, violations and volumes; the write key a source had before."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0019"
down_revision = "0018"

TABLES = (
    "ALTER TABLE tracking_sources ADD COLUMN previous_key_id uuid UNIQUE REFERENCES api_keys (id)",
    """
    CREATE TABLE event_schemas (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        source_id uuid NOT NULL REFERENCES tracking_sources (id) ON DELETE CASCADE,
        type text NOT NULL CHECK (type IN ('track', 'identify', 'page', 'screen', 'group', 'alias')),
        name text NOT NULL DEFAULT '',
        description text NOT NULL DEFAULT '',
        planned boolean NOT NULL DEFAULT false,
        rules jsonb NOT NULL DEFAULT '[]',
        events bigint NOT NULL DEFAULT 0,
        first_seen_at timestamptz,
        last_seen_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (source_id, type, name)
    )""",
    """
    CREATE TABLE event_properties (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        schema_id uuid NOT NULL REFERENCES event_schemas (id) ON DELETE CASCADE,
        path text NOT NULL,
        types jsonb NOT NULL DEFAULT '{}',
        events bigint NOT NULL DEFAULT 0,
        examples jsonb NOT NULL DEFAULT '[]',
        personal boolean NOT NULL DEFAULT false,
        first_seen_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        UNIQUE (schema_id, path)
    )""",
    """
    CREATE TABLE event_violations (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        schema_id uuid NOT NULL REFERENCES event_schemas (id) ON DELETE CASCADE,
        code text NOT NULL
            CHECK (code IN ('unplanned_event', 'missing_property', 'wrong_type', 'value_not_allowed')),
        property text NOT NULL DEFAULT '',
        detail text NOT NULL,
        occurrences bigint NOT NULL,
        first_seen_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        last_event_id uuid NOT NULL,
        UNIQUE (schema_id, code, property)
    )""",
    # The collector and the worker count at the same time: each has rows of its own, so that neither waits.
    """
    CREATE TABLE event_volumes (
        organisation_id uuid NOT NULL,
        source_id uuid NOT NULL REFERENCES tracking_sources (id) ON DELETE CASCADE,
        hour timestamptz NOT NULL,
        type text NOT NULL,
        name text NOT NULL DEFAULT '',
        stage text NOT NULL CHECK (stage IN ('arrival', 'processing')),
        accepted bigint NOT NULL DEFAULT 0,
        duplicates bigint NOT NULL DEFAULT 0,
        rejected bigint NOT NULL DEFAULT 0,
        likely_bots bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (source_id, hour, type, name, stage)
    )""",
)
_ISOLATED = ("event_schemas", "event_properties", "event_violations", "event_volumes")


def upgrade() -> None:
    bind = op.get_bind()
    for statement in TABLES:
        bind.exec_driver_sql(statement)
    for table in _ISOLATED:
        tenant_table(op, table)


def downgrade() -> None:
    for table in reversed(_ISOLATED):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE tracking_sources DROP COLUMN previous_key_id")
