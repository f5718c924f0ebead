"""The send ledger and its guardrails."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0045"
down_revision = "0044"

APP_ROLE = "tradewind_app"

TABLES = (
    """
    CREATE TABLE sending_policies (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        key text NOT NULL,
        rule text NOT NULL,
        name text NOT NULL,
        mode text NOT NULL CHECK (mode IN ('enforce', 'shadow', 'off')),
        settings jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, key)
    )""",
    """
    CREATE TABLE sending_stops (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        scope text NOT NULL CHECK (scope IN ('organisation', 'channel', 'campaign', 'journey')),
        subject text NOT NULL DEFAULT '',
        reason text NOT NULL DEFAULT '',
        created_by uuid,
        created_by_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, scope, subject)
    )""",
    """
    CREATE TABLE send_approvals (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        subject_kind text NOT NULL CHECK (subject_kind IN ('campaign', 'journey')),
        subject_id uuid NOT NULL,
        tier text NOT NULL CHECK (tier IN ('medium', 'high')),
        audience_size integer NOT NULL,
        sender text,
        reasons jsonb NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'refused')),
        note text NOT NULL DEFAULT '',
        requested_at timestamptz NOT NULL DEFAULT now(),
        decided_by uuid,
        decided_by_name text NOT NULL DEFAULT '',
        decided_at timestamptz
    )""",
    "CREATE UNIQUE INDEX send_approvals_open ON send_approvals (organisation_id, subject_id) WHERE state = 'waiting'",
    "CREATE INDEX send_approvals_of_subject ON send_approvals (organisation_id, subject_id)",
    """
    CREATE TABLE send_counters (
        organisation_id uuid NOT NULL,
        bucket timestamptz NOT NULL,
        channel text NOT NULL,
        lane_id uuid NOT NULL,
        messages integer NOT NULL,
        cost_microusd bigint NOT NULL,
        PRIMARY KEY (organisation_id, bucket, channel, lane_id)
    )""",
    """
    CREATE TABLE send_intents (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        key text NOT NULL,
        channel text NOT NULL,
        purpose text NOT NULL,
        priority text NOT NULL CHECK (priority IN ('bulk', 'transactional')),
        person_id uuid,
        contact_hash bytea,
        address_sealed text,
        time_zone text,
        country text,
        campaign_id uuid,
        journey_id uuid,
        lane_id uuid NOT NULL,
        step_key text,
        sender text,
        content jsonb NOT NULL,
        decision jsonb NOT NULL,
        shadow text[] NOT NULL DEFAULT '{}',
        state text NOT NULL CHECK (state IN ('held', 'scheduled', 'attempting', 'sent', 'refused', 'blocked',
                                             'cancelled', 'expired', 'unknown')),
        not_before timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        approval_id uuid REFERENCES send_approvals (id) ON DELETE SET NULL,
        attempt_id uuid,
        attempts integer NOT NULL DEFAULT 0,
        lease_until timestamptz,
        exposed_at timestamptz,
        reconcile_at timestamptz,
        reconciled integer NOT NULL DEFAULT 0,
        provider text,
        provider_message_id text,
        cost_microusd bigint NOT NULL DEFAULT 0,
        outcome jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz,
        finished_at timestamptz,
        UNIQUE (organisation_id, key),
        CHECK (state <> 'attempting' OR (attempt_id IS NOT NULL AND lease_until IS NOT NULL))
    ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02)""",
    """
    CREATE INDEX send_intents_due ON send_intents (organisation_id, channel, priority, lane_id, not_before)
    WHERE state = 'scheduled'""",
    "CREATE INDEX send_intents_leased ON send_intents (lease_until) WHERE state = 'attempting'",
    "CREATE INDEX send_intents_doubtful ON send_intents (reconcile_at) WHERE state = 'unknown'",
    "CREATE INDEX send_intents_held ON send_intents (expires_at) WHERE state = 'held'",
    "CREATE INDEX send_intents_approval ON send_intents (approval_id) WHERE approval_id IS NOT NULL",
    "CREATE INDEX send_intents_of_person ON send_intents (organisation_id, person_id, id DESC)",
    """
    CREATE INDEX send_intents_of_stranger ON send_intents (organisation_id, contact_hash)
    WHERE person_id IS NULL AND contact_hash IS NOT NULL""",
    "CREATE INDEX send_intents_newest ON send_intents (organisation_id, state, id DESC)",
    """
    CREATE INDEX send_intents_of_campaign ON send_intents (organisation_id, campaign_id, id DESC)
    WHERE campaign_id IS NOT NULL""",
    """
    CREATE INDEX send_intents_of_journey ON send_intents (organisation_id, journey_id, id DESC)
    WHERE journey_id IS NOT NULL""",
    """
    CREATE INDEX send_intents_of_provider ON send_intents (organisation_id, provider, provider_message_id)
    WHERE provider_message_id IS NOT NULL""",
    """
    CREATE INDEX send_intents_of_sender ON send_intents (organisation_id, sender)
    WHERE state = 'sent' AND sender IS NOT NULL""",
    "CREATE INDEX send_intents_shadow ON send_intents (organisation_id, created_at) WHERE shadow <> '{}'",
    "CREATE INDEX send_intents_age ON send_intents (organisation_id, finished_at) WHERE address_sealed IS NOT NULL",
)

# One probe of the index a lane, however many messages wait in it. As the owner: a worker serves all organisations.
LANES = """
CREATE FUNCTION sending_lanes()
RETURNS TABLE (organisation_id uuid, channel text, priority text, lane_id uuid, first_due timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE lanes AS (
        (SELECT s.organisation_id, s.channel, s.priority, s.lane_id, s.not_before FROM send_intents s
         WHERE s.state = 'scheduled'
         ORDER BY s.organisation_id, s.channel, s.priority, s.lane_id, s.not_before LIMIT 1)
        UNION ALL
        SELECT n.* FROM lanes l CROSS JOIN LATERAL (
            SELECT s.organisation_id, s.channel, s.priority, s.lane_id, s.not_before FROM send_intents s
            WHERE s.state = 'scheduled'
                AND (s.organisation_id, s.channel, s.priority, s.lane_id)
                    > (l.organisation_id, l.channel, l.priority, l.lane_id)
            ORDER BY s.organisation_id, s.channel, s.priority, s.lane_id, s.not_before LIMIT 1
        ) n
    )
    SELECT * FROM lanes
$$"""
CHORES = """
CREATE FUNCTION sending_chores(at timestamptz) RETURNS TABLE (organisation_id uuid, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.organisation_id, 'lease' FROM send_intents s WHERE s.state = 'attempting' AND s.lease_until <= at
    UNION ALL
    SELECT DISTINCT s.organisation_id, 'doubt' FROM send_intents s WHERE s.state = 'unknown' AND s.reconcile_at <= at
    UNION ALL
    SELECT DISTINCT s.organisation_id, 'held' FROM send_intents s WHERE s.state = 'held' AND s.expires_at <= at
$$"""
_FUNCTIONS = ("sending_lanes()", "sending_chores(timestamptz)")
_TABLES = ("send_intents", "send_counters", "send_approvals", "sending_stops", "sending_policies")


def upgrade() -> None:
    bind = op.get_bind()
    for statement in (*TABLES, LANES, CHORES):
        bind.exec_driver_sql(statement)
    for table in _TABLES:
        tenant_table(op, table)
    # The functions run as the owner, which FORCE would otherwise shut out where it is no superuser.
    op.execute("CREATE POLICY owner_functions ON send_intents TO CURRENT_USER USING (true) WITH CHECK (true)")
    for signature in _FUNCTIONS:
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")


def downgrade() -> None:
    for signature in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
