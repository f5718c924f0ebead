"""Several scores an organisation: setups with point rules, previews of changes, evaluations of uploaded files."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0020"
down_revision = "0019"

_TABLES = (
    """
    CREATE TABLE scoring_setups (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        version integer NOT NULL DEFAULT 1,
        key text NOT NULL,
        is_primary boolean NOT NULL DEFAULT false,
        settings jsonb NOT NULL,
        plan jsonb,
        learned_points jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, key)
    )""",
    "CREATE UNIQUE INDEX scoring_setups_primary ON scoring_setups (organisation_id) WHERE is_primary",
    """
    CREATE TABLE scoring_previews (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        setup_key text NOT NULL,
        setup_version integer NOT NULL,
        proposal jsonb NOT NULL,
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'ready', 'failed', 'published')),
        run_id uuid,
        result jsonb,
        error text,
        created_by_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz
    )""",
    "CREATE INDEX scoring_previews_newest ON scoring_previews (organisation_id, created_at DESC)",
    """
    CREATE TABLE scoring_evaluations (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        name text NOT NULL,
        options jsonb NOT NULL,
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'ready', 'failed')),
        run_id uuid,
        train_file bytea,
        test_file bytea,
        result jsonb,
        scores bytea,
        error text,
        created_by_name text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX scoring_evaluations_newest ON scoring_evaluations (organisation_id, created_at DESC)",
)


def upgrade() -> None:
    """Create the tables; models and scores name their setup, leads carry fit and engagement."""
    for statement in _TABLES:
        op.execute(statement)
    for table in ("scoring_setups", "scoring_previews", "scoring_evaluations"):
        tenant_table(op, table)
    op.execute(
        "ALTER TABLE scoring_models ADD COLUMN report jsonb NOT NULL DEFAULT '{}', ADD COLUMN holdout bytea, "
        "ADD COLUMN reference jsonb NOT NULL DEFAULT '{}', ADD COLUMN health jsonb"
    )
    op.execute(
        "ALTER TABLE lead_scores ADD COLUMN setup text NOT NULL DEFAULT 'conversion', ADD COLUMN since timestamptz"
    )
    op.execute("DROP INDEX lead_scores_newest")
    op.execute("CREATE INDEX lead_scores_newest ON lead_scores (lead_id, setup, scored_at DESC, id DESC)")
    op.execute("ALTER TABLE leads ADD COLUMN score_fit smallint, ADD COLUMN score_engagement smallint")


def downgrade() -> None:
    """Drop it all; scores of other setups than the first go with them."""
    op.execute("ALTER TABLE leads DROP COLUMN score_fit, DROP COLUMN score_engagement")
    op.execute("DROP INDEX lead_scores_newest")
    op.execute("DELETE FROM lead_scores WHERE setup <> 'conversion'")
    op.execute("ALTER TABLE lead_scores DROP COLUMN setup, DROP COLUMN since")
    op.execute("CREATE INDEX lead_scores_newest ON lead_scores (lead_id, scored_at DESC, id DESC)")
    op.execute("DELETE FROM scoring_models WHERE kind <> 'conversion'")
    op.execute(
        "ALTER TABLE scoring_models DROP COLUMN report, DROP COLUMN holdout, DROP COLUMN reference, DROP COLUMN health"
    )
    for table in ("scoring_evaluations", "scoring_previews", "scoring_setups"):
        op.execute(f"DROP TABLE {table}")
