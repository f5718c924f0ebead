"""Sources, collected events by month, batches to process, rejected events."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0017"
down_revision = "0016"

APP_ROLE = "tradewind_app"

TABLES = (
    """
    CREATE TABLE tracking_sources (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        version integer NOT NULL DEFAULT 1,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('website', 'server', 'app')),
        key_id uuid NOT NULL UNIQUE REFERENCES api_keys (id) ON DELETE CASCADE,
        enabled boolean NOT NULL DEFAULT true,
        settings jsonb NOT NULL DEFAULT '{}',
        tail_until timestamptz,
        first_event_at timestamptz,
        last_event_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX tracking_sources_of_organisation ON tracking_sources (organisation_id, created_at)",
    """
    CREATE TABLE events (
        id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        source_id uuid NOT NULL,
        type text NOT NULL CHECK (type IN ('track', 'identify', 'page', 'screen', 'group', 'alias')),
        name text NOT NULL DEFAULT '',
        message_id text NOT NULL,
        message_key uuid NOT NULL,
        anonymous_id text,
        user_id text,
        previous_id text,
        group_id text,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        ip text,
        user_agent text,
        url text,
        path text,
        title text,
        referrer text,
        properties jsonb NOT NULL DEFAULT '{}',
        context jsonb NOT NULL DEFAULT '{}',
        human real NOT NULL DEFAULT 1,
        human_reasons text[] NOT NULL DEFAULT '{}',
        PRIMARY KEY (id, received_at)
    ) PARTITION BY RANGE (received_at)""",
    "CREATE INDEX events_of_anonymous ON events (organisation_id, anonymous_id, occurred_at) "
    "WHERE anonymous_id IS NOT NULL",
    "CREATE INDEX events_of_user ON events (organisation_id, user_id, occurred_at) WHERE user_id IS NOT NULL",
    "CREATE INDEX events_newest ON events (organisation_id, received_at, id)",
    "CREATE TABLE events_other PARTITION OF events DEFAULT",
    "CREATE UNIQUE INDEX events_other_once ON events_other (organisation_id, message_key)",
    """
    CREATE TABLE event_batches (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        received_at timestamptz NOT NULL,
        first_id uuid NOT NULL,
        last_id uuid NOT NULL,
        events integer NOT NULL,
        set_aside_at timestamptz
    )""",
    "CREATE INDEX event_batches_oldest ON event_batches (organisation_id, id) WHERE set_aside_at IS NULL",
    """
    CREATE TABLE event_rejections (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        source_id uuid NOT NULL REFERENCES tracking_sources (id) ON DELETE CASCADE,
        received_at timestamptz NOT NULL,
        code text NOT NULL,
        detail text NOT NULL,
        message_id text,
        type text,
        name text,
        payload text NOT NULL,
        occurrences integer NOT NULL DEFAULT 1
    )""",
    "CREATE INDEX event_rejections_newest ON event_rejections (source_id, id DESC)",
)
_ISOLATED = ("tracking_sources", "events", "event_batches", "event_rejections")

# A partition is isolated like its parent for whoever names it directly, and the app role has no right to do so.
# A month whose rows went into the safety net before it was made takes them over.
ENSURE_PARTITIONS = """
CREATE FUNCTION tracking_ensure_partitions(months_ahead integer) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamptz;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7217, 0);
    FOR ahead IN 0..months_ahead LOOP
        month := date_trunc('month', now(), 'UTC') + make_interval(months => ahead);
        part := 'events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        EXECUTE format('WITH moved AS (DELETE FROM events_other WHERE received_at >= %L AND received_at < %L '
            'RETURNING *) INSERT INTO %I SELECT * FROM moved', month, month + interval '1 month', part);
        EXECUTE format('CREATE UNIQUE INDEX %I ON %I (organisation_id, message_key)', part || '_once', part);
        PERFORM tracking_isolate_partition(part);
        EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            part, month, month + interval '1 month');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$"""
ISOLATE_PARTITION = """
CREATE FUNCTION tracking_isolate_partition(part text) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', part);
END $$"""


def upgrade() -> None:
    bind = op.get_bind()
    for statement in (*TABLES, ISOLATE_PARTITION, ENSURE_PARTITIONS):
        bind.exec_driver_sql(statement)
    for table in _ISOLATED:
        tenant_table(op, table)
    bind.exec_driver_sql("SELECT tracking_isolate_partition('events_other')")
    for signature in ("tracking_isolate_partition(text)", "tracking_ensure_partitions(integer)"):
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION tracking_ensure_partitions(integer) TO {APP_ROLE}")
    bind.exec_driver_sql("SELECT tracking_ensure_partitions(1)")


def downgrade() -> None:
    bind = op.get_bind()
    for signature in ("tracking_ensure_partitions(integer)", "tracking_isolate_partition(text)"):
        bind.exec_driver_sql(f"DROP FUNCTION {signature}")
    for table in reversed(_ISOLATED):
        bind.exec_driver_sql(f"DROP TABLE {table}")
