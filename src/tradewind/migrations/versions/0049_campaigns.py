"""Campaigns, what they cost, and variants of journeys that somebody chose."""

from alembic import op

from tradewind.kernel.database.embedded import APP_ROLE
from tradewind.kernel.tenancy import tenant_table

revision = "0049"
down_revision = "0048"

_ORGANISATION = "organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE"

TABLES = {
    "campaigns": f"""
        CREATE TABLE campaigns (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            name text NOT NULL,
            description text NOT NULL DEFAULT '',
            state text NOT NULL DEFAULT 'draft'
                CHECK (state IN ('draft', 'scheduled', 'live', 'paused', 'done', 'stopped')),
            draft jsonb NOT NULL,
            journey_id uuid REFERENCES journeys (id) ON DELETE SET NULL,
            composed text NOT NULL DEFAULT '',
            starts_at timestamptz,
            ends_at timestamptz,
            launched_at timestamptz,
            ended_at timestamptz,
            trouble text NOT NULL DEFAULT '',
            created_by uuid,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            deleted_at timestamptz
        );
        CREATE INDEX campaigns_of_organisation ON campaigns (organisation_id, state) WHERE deleted_at IS NULL;
        CREATE INDEX campaigns_by_clock ON campaigns (starts_at) WHERE state IN ('scheduled', 'live', 'paused')""",
    "campaign_costs": f"""
        CREATE TABLE campaign_costs (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            campaign_id uuid NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
            day date NOT NULL,
            amount_minor bigint NOT NULL CHECK (amount_minor > 0),
            currency text NOT NULL CHECK (currency ~ '^[A-Z]{{3}}$'),
            channel text NOT NULL DEFAULT '',
            note text NOT NULL DEFAULT '',
            source text NOT NULL DEFAULT 'manual' CHECK (source IN ('manual', 'import')),
            line_key text,
            created_by uuid,
            created_by_name text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (campaign_id, line_key)
        );
        CREATE INDEX campaign_costs_of_campaign ON campaign_costs (campaign_id, day DESC, id DESC)""",
}
# What the results of a campaign are summed from, in the order of its index.
INDEXES = (
    "CREATE INDEX journeys_of_campaign ON journeys (campaign_id) WHERE campaign_id IS NOT NULL",
    "CREATE INDEX send_counters_of_lane ON send_counters (organisation_id, lane_id, bucket)",
    "CREATE INDEX email_arrivals_of_delivery ON email_arrivals (delivery_id) WHERE delivery_id IS NOT NULL",
    "CREATE INDEX journey_enrolments_goals ON journey_enrolments (journey_id, goal_at) WHERE goal_at IS NOT NULL",
)
# Which organisations have a campaign that begins, ends or is watched by the clock: the worker acts for none of them.
ACTIVE = """
CREATE FUNCTION campaigns_active_organisations() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT organisation_id FROM campaigns
    WHERE state IN ('scheduled', 'live', 'paused') AND deleted_at IS NULL
$$"""


def upgrade() -> None:
    """Add the tables."""
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    bind.exec_driver_sql("ALTER TABLE journeys ADD COLUMN chosen jsonb NOT NULL DEFAULT '{}'")
    for statement in INDEXES:
        bind.exec_driver_sql(statement)
    bind.exec_driver_sql(ACTIVE)
    # The function runs as the owner, whom forced policies would show nothing.
    bind.exec_driver_sql("CREATE POLICY owner_functions ON campaigns FOR SELECT TO CURRENT_USER USING (true)")
    bind.exec_driver_sql("REVOKE ALL ON FUNCTION campaigns_active_organisations() FROM PUBLIC")
    bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION campaigns_active_organisations() TO {APP_ROLE}")


def downgrade() -> None:
    """Remove them."""
    bind = op.get_bind()
    bind.exec_driver_sql("DROP FUNCTION campaigns_active_organisations()")
    for index in (
        "journeys_of_campaign", "send_counters_of_lane", "email_arrivals_of_delivery", "journey_enrolments_goals",
    ):  # fmt: skip
        bind.exec_driver_sql(f"DROP INDEX {index}")
    bind.exec_driver_sql("ALTER TABLE journeys DROP COLUMN chosen")
    for table in reversed(TABLES):
        bind.exec_driver_sql(f"DROP TABLE {table}")
