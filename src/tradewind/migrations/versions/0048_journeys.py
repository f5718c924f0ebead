"""Journeys with their versions, the people in them, every step they take, and rehearsals."""

from alembic import op

from tradewind.kernel.database.embedded import APP_ROLE
from tradewind.kernel.tenancy import tenant_table, visible_with

revision = "0048"
down_revision = "0047"

_ORGANISATION = "organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE"

TABLES = {
    "journeys": f"""
        CREATE TABLE journeys (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            name text NOT NULL,
            description text NOT NULL DEFAULT '',
            state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'live', 'paused', 'stopped')),
            draft jsonb NOT NULL,
            published_version_id uuid,
            campaign_id uuid,
            launched_at timestamptz,
            hears_since timestamptz,
            swept jsonb NOT NULL DEFAULT '{{}}',
            created_by uuid,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            deleted_at timestamptz
        );
        CREATE INDEX journeys_of_organisation ON journeys (organisation_id, state) WHERE deleted_at IS NULL""",
    "journey_versions": f"""
        CREATE TABLE journey_versions (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            journey_id uuid NOT NULL REFERENCES journeys (id) ON DELETE CASCADE,
            number integer NOT NULL CHECK (number > 0),
            draft jsonb NOT NULL,
            note text NOT NULL DEFAULT '',
            published_at timestamptz NOT NULL DEFAULT now(),
            published_by uuid,
            published_by_name text NOT NULL DEFAULT '',
            UNIQUE (journey_id, number)
        );
        ALTER TABLE journeys ADD CONSTRAINT journeys_published_version
        FOREIGN KEY (published_version_id) REFERENCES journey_versions (id) ON DELETE SET NULL""",
    # `since` is when the person came to the step by the journey's clock; `signal` is what happened meanwhile.
    "journey_enrolments": f"""
        CREATE TABLE journey_enrolments (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            journey_id uuid NOT NULL REFERENCES journeys (id) ON DELETE CASCADE,
            version_id uuid NOT NULL REFERENCES journey_versions (id) ON DELETE CASCADE,
            person_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
            entry_key text NOT NULL,
            node text NOT NULL,
            visit integer NOT NULL DEFAULT 0 CHECK (visit >= 0),
            state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'exited', 'failed')),
            since timestamptz NOT NULL,
            due_at timestamptz NOT NULL,
            signal text CHECK (signal IN ('event', 'goal', 'exit', 'sent', 'blocked')),
            signal_at timestamptz,
            goal_at timestamptz,
            entered_at timestamptz NOT NULL,
            ended_at timestamptz,
            reason text NOT NULL DEFAULT '',
            CHECK ((state = 'waiting') = (ended_at IS NULL)),
            UNIQUE (journey_id, person_id, entry_key)
        ) WITH (fillfactor = 80);
        CREATE UNIQUE INDEX journey_enrolments_one ON journey_enrolments (journey_id, person_id)
        WHERE state = 'waiting';
        CREATE INDEX journey_enrolments_due ON journey_enrolments (journey_id, due_at) WHERE state = 'waiting';
        CREATE INDEX journey_enrolments_at ON journey_enrolments (version_id, node) WHERE state = 'waiting';
        CREATE INDEX journey_enrolments_newest ON journey_enrolments (journey_id, entered_at DESC, id DESC);
        CREATE INDEX journey_enrolments_of_person ON journey_enrolments (person_id, entered_at DESC)""",
    # One row a step taken; (enrolment, visit) never comes twice.
    "journey_steps": """
        CREATE TABLE journey_steps (
            enrolment_id uuid NOT NULL,
            visit integer NOT NULL,
            organisation_id uuid NOT NULL,
            journey_id uuid NOT NULL,
            version_id uuid NOT NULL,
            person_id uuid NOT NULL,
            node text NOT NULL,
            port text NOT NULL,
            next_node text,
            why jsonb NOT NULL DEFAULT '{}',
            at timestamptz NOT NULL,
            PRIMARY KEY (enrolment_id, visit, at)
        ) PARTITION BY RANGE (at);
        CREATE INDEX journey_steps_of_person ON journey_steps (person_id);
        CREATE TABLE journey_steps_other PARTITION OF journey_steps DEFAULT""",
    "journey_draws": f"""
        CREATE TABLE journey_draws (
            enrolment_id uuid NOT NULL REFERENCES journey_enrolments (id) ON DELETE CASCADE,
            visit integer NOT NULL,
            {_ORGANISATION},
            version_id uuid NOT NULL REFERENCES journey_versions (id) ON DELETE CASCADE,
            node text NOT NULL,
            variant text NOT NULL,
            propensity double precision NOT NULL CHECK (propensity > 0 AND propensity <= 1),
            at timestamptz NOT NULL,
            rewarded_at timestamptz,
            PRIMARY KEY (enrolment_id, visit)
        );
        CREATE INDEX journey_draws_of_node ON journey_draws (version_id, node, variant)""",
    # Counters, kept by the statements that write what they count.
    "journey_flows": f"""
        CREATE TABLE journey_flows (
            {_ORGANISATION},
            version_id uuid NOT NULL REFERENCES journey_versions (id) ON DELETE CASCADE,
            node text NOT NULL,
            port text NOT NULL,
            people bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (version_id, node, port)
        )""",
    "journey_arms": f"""
        CREATE TABLE journey_arms (
            {_ORGANISATION},
            version_id uuid NOT NULL REFERENCES journey_versions (id) ON DELETE CASCADE,
            node text NOT NULL,
            variant text NOT NULL,
            drawn bigint NOT NULL DEFAULT 0,
            rewarded bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (version_id, node, variant)
        )""",
    # Who was in the audience of a trigger when it was last looked at: what entering and leaving is told by.
    "journey_audience": f"""
        CREATE TABLE journey_audience (
            {_ORGANISATION},
            journey_id uuid NOT NULL REFERENCES journeys (id) ON DELETE CASCADE,
            source text NOT NULL,
            person_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
            PRIMARY KEY (journey_id, source, person_id)
        );
        CREATE INDEX journey_audience_of_person ON journey_audience (person_id)""",
    "journey_rehearsals": f"""
        CREATE TABLE journey_rehearsals (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            journey_id uuid NOT NULL REFERENCES journeys (id) ON DELETE CASCADE,
            run_id uuid,
            mode text NOT NULL CHECK (mode IN ('replay', 'simulate')),
            settings jsonb NOT NULL,
            program jsonb NOT NULL,
            fingerprint text NOT NULL,
            state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done')),
            passed boolean,
            report jsonb,
            created_at timestamptz NOT NULL DEFAULT now(),
            created_by_name text NOT NULL DEFAULT '',
            finished_at timestamptz
        );
        CREATE INDEX journey_rehearsals_of_journey ON journey_rehearsals (journey_id, created_at DESC)""",
}

# Which live journeys of all organisations have somebody due, oldest first: the worker acts for none of them yet.
DUE = """
CREATE FUNCTION journeys_due(at timestamptz)
RETURNS TABLE (organisation_id uuid, journey_id uuid, due_at timestamptz, priority integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT journeys.organisation_id, journeys.id, first.due_at, coalesce((v.draft #>> '{settings,priority}')::int, 50)
    FROM journeys LEFT JOIN journey_versions v ON v.id = journeys.published_version_id CROSS JOIN LATERAL (
        SELECT e.due_at FROM journey_enrolments e WHERE e.journey_id = journeys.id AND e.state = 'waiting'
        ORDER BY e.due_at LIMIT 1
    ) AS first
    WHERE journeys.state = 'live' AND first.due_at <= at
    ORDER BY first.due_at
$$"""
LIVE = """
CREATE FUNCTION journeys_live_organisations() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT organisation_id FROM journeys WHERE state = 'live'
$$"""
ISOLATE = """
CREATE FUNCTION journeys_isolate_partition(part text) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY owner_functions ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', part);
END $$"""
# A month whose rows went into the safety net before it was made takes them over; months past their keeping are dropped.
MONTHS = """
CREATE FUNCTION journeys_keep_months(ahead integer, kept integer) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamptz;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7248, 0);
    FOR step IN 0..ahead LOOP
        month := date_trunc('month', now(), 'UTC') + make_interval(months => step);
        part := 'journey_steps_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE journey_steps INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        EXECUTE format('WITH moved AS (DELETE FROM journey_steps_other WHERE at >= %L AND at < %L '
            'RETURNING *) INSERT INTO %I SELECT * FROM moved', month, month + interval '1 month', part);
        PERFORM journeys_isolate_partition(part);
        EXECUTE format('ALTER TABLE journey_steps ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            part, month, month + interval '1 month');
        made := made + 1;
    END LOOP;
    FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'journey_steps'::regclass AND c.relname ~ '^journey_steps_\\d{4}_\\d\\d$'
        AND c.relname < 'journey_steps_' || to_char((now() - make_interval(months => kept)) AT TIME ZONE 'UTC',
            'YYYY_MM')
    LOOP
        EXECUTE format('DROP TABLE %I', part);
    END LOOP;
    RETURN made;
END $$"""
_FUNCTIONS = (
    "journeys_due(timestamptz)", "journeys_live_organisations()", "journeys_keep_months(integer, integer)",
)  # fmt: skip
_WITH_PERSON = ("journey_enrolments", "journey_steps", "journey_audience")


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    for table in _WITH_PERSON:
        visible_with(op, table, ("person_id", "leads"))
    visible_with(op, "journey_draws", ("enrolment_id", "journey_enrolments"))
    for function in (DUE, LIVE, ISOLATE, MONTHS):
        bind.exec_driver_sql(function)
    bind.exec_driver_sql("SELECT journeys_isolate_partition('journey_steps_other')")
    # The functions run as the owner, whom forced policies would show nothing.
    for table in ("journeys", "journey_versions", "journey_enrolments"):
        bind.exec_driver_sql(f"CREATE POLICY owner_functions ON {table} FOR SELECT TO CURRENT_USER USING (true)")
    for signature in ("journeys_isolate_partition(text)", *_FUNCTIONS):
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    for signature in _FUNCTIONS:
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")
    bind.exec_driver_sql("SELECT journeys_keep_months(1, 24)")


def downgrade() -> None:
    bind = op.get_bind()
    for signature in (*_FUNCTIONS, "journeys_isolate_partition(text)"):
        bind.exec_driver_sql(f"DROP FUNCTION {signature}")
    bind.exec_driver_sql("ALTER TABLE journeys DROP CONSTRAINT journeys_published_version")
    for table in reversed(TABLES):
        bind.exec_driver_sql(f"DROP TABLE {table}")
