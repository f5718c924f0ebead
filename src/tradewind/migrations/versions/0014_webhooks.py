"""Webhooks: endpoints, messages, deliveries, attempts, and the claim of what is due."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0014"
down_revision = "0013"

APP_ROLE = "tradewind_app"

TABLES = (
    """
    CREATE TABLE webhook_endpoints (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        url text NOT NULL,
        description text NOT NULL DEFAULT '',
        event_types text[] NOT NULL,
        format text NOT NULL DEFAULT 'standard' CHECK (format IN ('standard', 'cloudevents')),
        in_order boolean NOT NULL DEFAULT false,
        state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'disabled')),
        disabled_reason text,
        secret_sealed text NOT NULL,
        previous_secret_sealed text,
        previous_secret_until timestamptz,
        audit_position bigint,
        failures_in_row integer NOT NULL DEFAULT 0,
        rest_until timestamptz,
        last_success_at timestamptz,
        last_failure_at timestamptz,
        created_by uuid,
        created_by_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX webhook_endpoints_of_organisation ON webhook_endpoints (organisation_id, created_at)",
    """
    CREATE TABLE webhook_messages (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        type text NOT NULL,
        type_version smallint NOT NULL,
        data jsonb NOT NULL,
        occurred_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX webhook_messages_age ON webhook_messages (organisation_id, created_at)",
    """
    CREATE TABLE webhook_deliveries (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
        message_id uuid NOT NULL REFERENCES webhook_messages (id) ON DELETE CASCADE,
        type text NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
        due_at timestamptz DEFAULT now(),
        step smallint NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        first_attempt_at timestamptz,
        finished_at timestamptz,
        last_status smallint,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CHECK ((due_at IS NULL) = (state IN ('delivered', 'failed'))),
        UNIQUE (endpoint_id, message_id)
    )""",
    "CREATE INDEX webhook_deliveries_of_message ON webhook_deliveries (message_id)",
    "CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX webhook_deliveries_open ON webhook_deliveries (endpoint_id, id) WHERE due_at IS NOT NULL",
    "CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, created_at) WHERE state = 'failed'",
    "CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (organisation_id, id DESC)",
    "CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint_id, id DESC)",
    """
    CREATE TABLE webhook_attempts (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
        delivery_id uuid NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
        started_at timestamptz NOT NULL,
        duration_ms integer NOT NULL,
        format text NOT NULL,
        signature text NOT NULL,
        status smallint,
        error text,
        answer text NOT NULL DEFAULT '',
        retry_after_seconds integer
    )""",
    "CREATE INDEX webhook_attempts_of_delivery ON webhook_attempts (delivery_id, id)",
    "CREATE INDEX webhook_attempts_of_endpoint ON webhook_attempts (endpoint_id, id DESC)",
)

# Picks what is due over all organisations, as the owner: a worker serves them all at once. Claims wait for each
# other, so that the number under way per endpoint is exact. A claim is a lease: what is not recorded before it ends
# is due again. An endpoint that fails gets one lane, one that wants order gets only its oldest open delivery.
CLAIM = """
CREATE FUNCTION webhooks_claim(at timestamptz, slots integer, lanes integer, lease interval)
RETURNS TABLE (
    delivery_id uuid, organisation_id uuid, endpoint_id uuid, url text, format text, secret_sealed text,
    previous_secret_sealed text, message_id uuid, type text, type_version smallint, data jsonb,
    occurred_at timestamptz, step smallint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(7214, 0);
    RETURN QUERY
        WITH picked AS (
            SELECT d.id FROM webhook_endpoints e
            CROSS JOIN LATERAL (
                SELECT w.id, w.due_at FROM webhook_deliveries w
                WHERE w.endpoint_id = e.id AND w.due_at <= at
                    AND (NOT e.in_order OR w.id = (
                        SELECT o.id FROM webhook_deliveries o
                        WHERE o.endpoint_id = e.id AND o.due_at IS NOT NULL ORDER BY o.id LIMIT 1))
                ORDER BY w.due_at
                LIMIT greatest(0, CASE WHEN e.in_order OR e.failures_in_row > 0 THEN 1 ELSE lanes END - (
                    SELECT count(*) FROM webhook_deliveries s
                    WHERE s.endpoint_id = e.id AND s.due_at > at AND s.state = 'sending'))
                FOR UPDATE SKIP LOCKED
            ) d
            WHERE e.state = 'active' AND (e.rest_until IS NULL OR e.rest_until <= at)
            ORDER BY d.due_at
            LIMIT slots
        )
        UPDATE webhook_deliveries d SET state = 'sending', due_at = at + lease
        FROM picked p, webhook_endpoints e, webhook_messages m
        WHERE d.id = p.id AND e.id = d.endpoint_id AND m.id = d.message_id
        RETURNING d.id, d.organisation_id, e.id, e.url, e.format, e.secret_sealed,
            CASE WHEN e.previous_secret_until > at THEN e.previous_secret_sealed END,
            m.id, m.type, m.type_version, m.data, m.occurred_at, d.step;
END $$"""
STREAMING = """
CREATE FUNCTION webhooks_streaming_organisations() RETURNS SETOF uuid LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT organisation_id FROM webhook_endpoints WHERE state = 'active' AND audit_position IS NOT NULL
$$"""
_FUNCTIONS = (
    "webhooks_claim(timestamptz, integer, integer, interval)",
    "webhooks_streaming_organisations()",
)
_TABLES = ("webhook_attempts", "webhook_deliveries", "webhook_messages", "webhook_endpoints")


def upgrade() -> None:
    bind = op.get_bind()
    for statement in (*TABLES, CLAIM, STREAMING):
        bind.exec_driver_sql(statement)
    for table in _TABLES:
        tenant_table(op, table)
    # The functions run as the owner, which FORCE would otherwise shut out where it is no superuser.
    for table in ("webhook_endpoints", "webhook_deliveries", "webhook_messages"):
        op.execute(f"CREATE POLICY owner_functions ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for signature in _FUNCTIONS:
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")


def downgrade() -> None:
    for signature in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
