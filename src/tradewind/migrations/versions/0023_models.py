"""Models: connections, routes, usage and budgets."""

from alembic import op

from tradewind.kernel.tenancy import CURRENT_ORGANISATION, tenant_table

revision = "0023"
down_revision = "0022"

APP_ROLE = "tradewind_app"
_CAPABILITIES = "('text', 'embedding', 'speech_to_text', 'text_to_speech', 'image', 'video')"

TABLES = (
    """
    CREATE TABLE ai_connections (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        provider text NOT NULL,
        label text NOT NULL,
        settings jsonb NOT NULL DEFAULT '{}',
        key_sealed text,
        key_hint text NOT NULL DEFAULT '',
        enabled boolean NOT NULL DEFAULT true,
        tested_at timestamptz,
        test_code text,
        test_detail text,
        created_by_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX ai_connections_of_organisation ON ai_connections (organisation_id, created_at)",
    f"""
    CREATE TABLE ai_models (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        connection_id uuid NOT NULL REFERENCES ai_connections (id) ON DELETE CASCADE,
        capability text NOT NULL CHECK (capability IN {_CAPABILITIES}),
        name text NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        context_tokens integer,
        input_price bigint,
        output_price bigint,
        call_price bigint,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (connection_id, capability, name)
    )""",
    "CREATE INDEX ai_models_of_organisation ON ai_models (organisation_id, capability, created_at)",
    f"""
    CREATE TABLE ai_routes (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        capability text NOT NULL CHECK (capability IN {_CAPABILITIES}),
        task text,
        character_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE NULLS NOT DISTINCT (organisation_id, capability, task, character_id)
    )""",
    """
    CREATE TABLE ai_route_steps (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        route_id uuid NOT NULL REFERENCES ai_routes (id) ON DELETE CASCADE,
        model_id uuid NOT NULL REFERENCES ai_models (id) ON DELETE CASCADE,
        position smallint NOT NULL,
        timeout_seconds real NOT NULL,
        first_token_seconds real NOT NULL,
        UNIQUE (route_id, position)
    )""",
    "CREATE INDEX ai_route_steps_of_model ON ai_route_steps (model_id)",
    """
    CREATE TABLE ai_calls (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        at timestamptz NOT NULL,
        capability text NOT NULL,
        task text,
        feature text NOT NULL,
        character_id uuid,
        connection_id uuid,
        provider text NOT NULL,
        model text NOT NULL,
        input_tokens integer NOT NULL,
        output_tokens integer NOT NULL,
        cached_tokens integer NOT NULL,
        estimated boolean NOT NULL DEFAULT false,
        cost_microusd bigint,
        latency_ms integer NOT NULL,
        first_token_ms integer,
        outcome text NOT NULL CHECK (outcome IN ('ok', 'failed', 'cut', 'cancelled')),
        reason text
    )""",
    "CREATE INDEX ai_calls_newest ON ai_calls (organisation_id, id DESC)",
    "CREATE INDEX ai_calls_age ON ai_calls (organisation_id, at)",
    """
    CREATE TABLE ai_usage_days (
        organisation_id uuid NOT NULL,
        day date NOT NULL,
        capability text NOT NULL,
        task text,
        feature text NOT NULL,
        character_id uuid,
        provider text NOT NULL,
        model text NOT NULL,
        calls bigint NOT NULL DEFAULT 0,
        failures bigint NOT NULL DEFAULT 0,
        unpriced bigint NOT NULL DEFAULT 0,
        input_tokens bigint NOT NULL DEFAULT 0,
        output_tokens bigint NOT NULL DEFAULT 0,
        cached_tokens bigint NOT NULL DEFAULT 0,
        cost_microusd bigint NOT NULL DEFAULT 0,
        latency_ms bigint NOT NULL DEFAULT 0,
        UNIQUE NULLS NOT DISTINCT (organisation_id, day, feature, model, provider, capability, task, character_id)
    )""",
    """
    CREATE TABLE ai_budgets (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        name text NOT NULL,
        feature text,
        character_id uuid,
        period text NOT NULL CHECK (period IN ('day', 'month')),
        limit_microusd bigint NOT NULL CHECK (limit_microusd > 0),
        stops boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX ai_budgets_of_organisation ON ai_budgets (organisation_id)",
    """
    CREATE TABLE ai_budget_periods (
        organisation_id uuid NOT NULL,
        budget_id uuid NOT NULL REFERENCES ai_budgets (id) ON DELETE CASCADE,
        begins_on date NOT NULL,
        spent_microusd bigint NOT NULL DEFAULT 0,
        level smallint NOT NULL DEFAULT 0,
        PRIMARY KEY (budget_id, begins_on)
    )""",
    """
    CREATE TABLE ai_reservations (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        call_id uuid NOT NULL,
        budget_id uuid NOT NULL REFERENCES ai_budgets (id) ON DELETE CASCADE,
        amount_microusd bigint NOT NULL,
        expires_at timestamptz NOT NULL
    )""",
    "CREATE INDEX ai_reservations_of_budget ON ai_reservations (budget_id)",
    "CREATE INDEX ai_reservations_of_call ON ai_reservations (call_id)",
)

# The beginning of the day or month of a moment, in UTC.
BEGINNING = """
CREATE FUNCTION ai_period_start(period text, at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT date_trunc(period, at AT TIME ZONE 'UTC')::date
$$"""

# Sets money aside in each budget that a call falls under, or changes nothing and returns the budget that has not
# enough left. Calls of one budget pass one after the other, so that together they cannot promise more than it holds.
# What a process that died had set aside is free again when it expires. No call waits for a disk: should the server
# lose power, the last half second of usage is lost with it. Both functions act for the organisation they are given, so
# that one round trip is all a call waits for.
RESERVE = f"""
CREATE FUNCTION ai_reserve(
    organisation uuid, call uuid, of_feature text, of_character uuid, estimate bigint, at timestamptz, lasting interval
) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
DECLARE
    budget ai_budgets;
BEGIN
    PERFORM set_config('app.org_id', organisation::text, true), set_config('synchronous_commit', 'off', true);
    FOR budget IN
        SELECT b.* FROM ai_budgets b
        WHERE b.stops AND (b.feature IS NULL OR b.feature = of_feature)
            AND (b.character_id IS NULL OR b.character_id = of_character)
        ORDER BY b.id FOR NO KEY UPDATE
    LOOP
        IF estimate + coalesce((
            SELECT p.spent_microusd FROM ai_budget_periods p
            WHERE p.budget_id = budget.id AND p.begins_on = ai_period_start(budget.period, at)), 0)
            + coalesce((
            SELECT sum(r.amount_microusd) FROM ai_reservations r
            WHERE r.budget_id = budget.id AND r.expires_at > at), 0) > budget.limit_microusd
        THEN
            DELETE FROM ai_reservations WHERE call_id = call;
            RETURN NEXT budget.id;
            RETURN;
        END IF;
        INSERT INTO ai_reservations (id, organisation_id, call_id, budget_id, amount_microusd, expires_at)
        VALUES (gen_random_uuid(), {CURRENT_ORGANISATION}, call, budget.id, estimate, at + lasting);
    END LOOP;
END $$"""

# Keeps one attempt on a model: its row, its day, what it spent. Returns budgets that it brought to a new level (80 or
# 100 per cent), each level once a period.
SETTLE = f"""
CREATE FUNCTION ai_settle(
    organisation uuid, call uuid, at timestamptz, of_capability text, of_task text, of_feature text, of_character uuid, of_connection uuid,
    of_provider text, of_model text, tokens_in integer, tokens_out integer, tokens_cached integer, is_estimated boolean,
    cost bigint, took_ms integer, first_ms integer, ended text, why text
) RETURNS TABLE (budget_id uuid, reached smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.org_id', organisation::text, true), set_config('synchronous_commit', 'off', true);
    INSERT INTO ai_calls (id, organisation_id, at, capability, task, feature, character_id, connection_id, provider,
        model, input_tokens, output_tokens, cached_tokens, estimated, cost_microusd, latency_ms, first_token_ms,
        outcome, reason)
    VALUES (call, {CURRENT_ORGANISATION}, at, of_capability, of_task, of_feature, of_character, of_connection,
        of_provider, of_model, tokens_in, tokens_out, tokens_cached, is_estimated, cost, took_ms, first_ms, ended, why)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO ai_usage_days AS d (organisation_id, day, capability, task, feature, character_id, provider, model,
        calls, failures, unpriced, input_tokens, output_tokens, cached_tokens, cost_microusd, latency_ms)
    VALUES ({CURRENT_ORGANISATION}, (at AT TIME ZONE 'UTC')::date, of_capability, of_task, of_feature, of_character,
        of_provider, of_model, 1, (ended <> 'ok')::integer, (cost IS NULL)::integer, tokens_in, tokens_out,
        tokens_cached, coalesce(cost, 0), took_ms)
    ON CONFLICT (organisation_id, day, feature, model, provider, capability, task, character_id) DO UPDATE SET
        calls = d.calls + excluded.calls, failures = d.failures + excluded.failures,
        unpriced = d.unpriced + excluded.unpriced, input_tokens = d.input_tokens + excluded.input_tokens,
        output_tokens = d.output_tokens + excluded.output_tokens,
        cached_tokens = d.cached_tokens + excluded.cached_tokens,
        cost_microusd = d.cost_microusd + excluded.cost_microusd, latency_ms = d.latency_ms + excluded.latency_ms;
    DELETE FROM ai_reservations WHERE call_id = call;
    IF coalesce(cost, 0) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH spent AS (
            INSERT INTO ai_budget_periods AS p (organisation_id, budget_id, begins_on, spent_microusd)
            SELECT {CURRENT_ORGANISATION}, b.id, ai_period_start(b.period, at), cost FROM ai_budgets b
            WHERE (b.feature IS NULL OR b.feature = of_feature)
                AND (b.character_id IS NULL OR b.character_id = of_character)
            ORDER BY b.id
            ON CONFLICT (budget_id, begins_on) DO UPDATE SET spent_microusd = p.spent_microusd + excluded.spent_microusd
            RETURNING p.budget_id, p.spent_microusd, p.level
        )
        SELECT s.budget_id, n.level::smallint FROM spent s JOIN ai_budgets b ON b.id = s.budget_id
        CROSS JOIN LATERAL (SELECT CASE WHEN s.spent_microusd >= b.limit_microusd THEN 100
            WHEN s.spent_microusd * 5 >= b.limit_microusd * 4 THEN 80 ELSE 0 END AS level) n
        WHERE n.level > s.level;
END $$"""

# Notes that a budget has come to a level; true for whoever was first to.
REACH = f"""
CREATE FUNCTION ai_reach(budget uuid, reached smallint, at timestamptz) RETURNS boolean LANGUAGE sql AS $$
    WITH noted AS (
        INSERT INTO ai_budget_periods AS p (organisation_id, budget_id, begins_on, level)
        SELECT {CURRENT_ORGANISATION}, b.id, ai_period_start(b.period, at), reached FROM ai_budgets b
        WHERE b.id = budget
        ON CONFLICT (budget_id, begins_on) DO UPDATE SET level = excluded.level WHERE p.level < excluded.level
        RETURNING 1
    )
    SELECT count(*) > 0 AND set_config('synchronous_commit', 'on', true) IS NOT NULL FROM noted
$$"""
_FUNCTIONS = (
    "ai_reach(uuid, smallint, timestamptz)",
    "ai_settle(uuid, uuid, timestamptz, text, text, text, uuid, uuid, text, text, integer, integer, integer, boolean, "
    "bigint, integer, integer, text, text)",
    "ai_reserve(uuid, uuid, text, uuid, bigint, timestamptz, interval)",
    "ai_period_start(text, timestamptz)",
)
_TABLES = (
    "ai_reservations",
    "ai_budget_periods",
    "ai_budgets",
    "ai_usage_days",
    "ai_calls",
    "ai_route_steps",
    "ai_routes",
    "ai_models",
    "ai_connections",
)


def upgrade() -> None:
    bind = op.get_bind()
    for statement in (*TABLES, BEGINNING, RESERVE, SETTLE, REACH):
        bind.exec_driver_sql(statement)
    for table in _TABLES:
        tenant_table(op, table)
    # The owner re-wraps keys when the master key changes.
    op.execute("CREATE POLICY owner_rewraps ON ai_connections TO CURRENT_USER USING (true) WITH CHECK (true)")
    for signature in _FUNCTIONS:
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")


def downgrade() -> None:
    for signature in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
