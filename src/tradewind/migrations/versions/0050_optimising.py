"""Hours at which people answer, queues of journeys with a pace, and budgets that move between campaigns."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table, visible_with

revision = "0050"
down_revision = "0049"

_ORGANISATION = "organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE"

TABLES = {
    # Answers by hour of the week (0 is Monday, midnight to one, where the person is), only hours with any.
    "answer_hours": f"""
        CREATE TABLE answer_hours (
            person_id uuid PRIMARY KEY REFERENCES leads (id) ON DELETE CASCADE,
            {_ORGANISATION},
            hours smallint[] NOT NULL DEFAULT '{{}}',
            answers smallint[] NOT NULL DEFAULT '{{}}',
            refreshed_at timestamptz NOT NULL,
            CHECK (cardinality(hours) = cardinality(answers))
        );
        CREATE INDEX answer_hours_of_organisation ON answer_hours (organisation_id, refreshed_at)""",
    # The same of all people, by every hour, and what says how much they differ.
    "answer_rhythms": """
        CREATE TABLE answer_rhythms (
            organisation_id uuid PRIMARY KEY REFERENCES organisations (id) ON DELETE CASCADE,
            answers integer[] NOT NULL DEFAULT '{}',
            people integer NOT NULL DEFAULT 0,
            own_same bigint NOT NULL DEFAULT 0,
            own_pairs bigint NOT NULL DEFAULT 0,
            refreshed_at timestamptz NOT NULL
        )""",
    "journey_paces": f"""
        CREATE TABLE journey_paces (
            journey_id uuid PRIMARY KEY REFERENCES journeys (id) ON DELETE CASCADE,
            {_ORGANISATION},
            free_at timestamptz
        )""",
    "budget_pools": f"""
        CREATE TABLE budget_pools (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            name text NOT NULL,
            amount_microusd bigint NOT NULL CHECK (amount_microusd > 0),
            period text NOT NULL DEFAULT 'month' CHECK (period IN ('day', 'month')),
            mode text NOT NULL DEFAULT 'shadow' CHECK (mode IN ('off', 'shadow', 'on')),
            floor double precision NOT NULL DEFAULT 0.1 CHECK (floor >= 0 AND floor <= 0.5),
            version integer NOT NULL DEFAULT 1,
            created_by uuid,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX budget_pools_of_organisation ON budget_pools (organisation_id, created_at)""",
    "budget_members": f"""
        CREATE TABLE budget_members (
            id uuid PRIMARY KEY,
            pool_id uuid NOT NULL REFERENCES budget_pools (id) ON DELETE CASCADE,
            campaign_id uuid NOT NULL UNIQUE REFERENCES campaigns (id) ON DELETE CASCADE,
            {_ORGANISATION},
            min_share double precision NOT NULL DEFAULT 0 CHECK (min_share >= 0 AND min_share <= 1),
            max_share double precision NOT NULL DEFAULT 1 CHECK (max_share >= 0 AND max_share <= 1),
            locked boolean NOT NULL DEFAULT false,
            share double precision NOT NULL DEFAULT 0 CHECK (share >= 0 AND share <= 1)
        );
        CREATE INDEX budget_members_of_pool ON budget_members (pool_id)""",
    # What was decided, from what, with which chances, and what else could have been: never changed but for `undone`.
    "budget_decisions": f"""
        CREATE TABLE budget_decisions (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            pool_id uuid NOT NULL REFERENCES budget_pools (id) ON DELETE CASCADE,
            day date NOT NULL,
            decided_at timestamptz NOT NULL DEFAULT now(),
            mode text NOT NULL CHECK (mode IN ('shadow', 'on')),
            origin text NOT NULL DEFAULT 'daily' CHECK (origin IN ('daily', 'asked', 'undo')),
            moved boolean NOT NULL DEFAULT false,
            reason text NOT NULL DEFAULT '',
            facts jsonb NOT NULL DEFAULT '{{}}',
            actor_name text NOT NULL DEFAULT '',
            undone_at timestamptz,
            undone_by_name text NOT NULL DEFAULT ''
        );
        CREATE UNIQUE INDEX budget_decisions_daily ON budget_decisions (pool_id, day) WHERE origin = 'daily';
        CREATE INDEX budget_decisions_newest ON budget_decisions (pool_id, decided_at DESC, id DESC)""",
}
# Hours that were drawn and may still be answered.
OPEN_HOURS = """
    CREATE INDEX journey_draws_open_hours ON journey_draws (organisation_id, at)
    WHERE rewarded_at IS NULL AND variant IN ('hour:best', 'hour:other')"""


def upgrade() -> None:
    """Add the tables."""
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    visible_with(op, "answer_hours", ("person_id", "leads"))
    bind.exec_driver_sql(OPEN_HOURS)


def downgrade() -> None:
    """Remove them."""
    bind = op.get_bind()
    bind.exec_driver_sql("DROP INDEX journey_draws_open_hours")
    for table in reversed(TABLES):
        bind.exec_driver_sql(f"DROP TABLE {table}")
