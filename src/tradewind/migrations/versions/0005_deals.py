"""Pipelines, deals, routing of new leads, merges and bulk actions."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0005"
down_revision = "0004"

TABLES = (
    "pipelines",
    "stages",
    "deals",
    "deal_stage_changes",
    "routing_rules",
    "routing_decisions",
    "lead_merges",
    "lead_merge_moves",
    "bulk_actions",
    "bulk_action_leads",
)

# Words of company names that do not tell companies apart.
COMPANY_NOISE = (
    r"\m(inc|incorporated|ltd|limited|llc|gmbh|ag|sa|sas|bv|nv|corp|corporation|plc|pvt|srl|spa|oy|ab|kg|co)\M"
)
SEPARATORS = r"[\s.,;/()&_+-]+"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE pipelines (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            version integer NOT NULL DEFAULT 1,
            name text NOT NULL CHECK (name <> ''),
            currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            is_default boolean NOT NULL DEFAULT false,
            position integer NOT NULL DEFAULT 0,
            archived_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute(
        "CREATE UNIQUE INDEX uq_pipelines_default ON pipelines (organisation_id) WHERE is_default AND archived_at IS NULL"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_pipelines_name ON pipelines (organisation_id, lower(name)) WHERE archived_at IS NULL"
    )
    op.execute("""
        CREATE TABLE stages (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            pipeline_id uuid NOT NULL REFERENCES pipelines ON DELETE CASCADE,
            name text NOT NULL CHECK (name <> ''),
            position integer NOT NULL DEFAULT 0,
            probability real NOT NULL DEFAULT 0 CHECK (probability BETWEEN 0 AND 1),
            kind text NOT NULL DEFAULT 'open' CHECK (kind IN ('open', 'won', 'lost')),
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE UNIQUE INDEX uq_stages_name ON stages (pipeline_id, lower(name))")
    op.execute("CREATE INDEX ix_stages_order ON stages (organisation_id, pipeline_id, position)")
    op.execute("""
        CREATE TABLE deals (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            version integer NOT NULL DEFAULT 1,
            name text NOT NULL CHECK (name <> ''),
            lead_id uuid REFERENCES leads ON DELETE SET NULL,
            company_id uuid REFERENCES companies ON DELETE SET NULL,
            pipeline_id uuid NOT NULL REFERENCES pipelines,
            stage_id uuid NOT NULL REFERENCES stages,
            amount_minor bigint CHECK (amount_minor >= 0),
            currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            close_date date,
            owner_id uuid,
            lost_reason text,
            stage_entered_at timestamptz NOT NULL DEFAULT now(),
            closed_at timestamptz,
            custom jsonb NOT NULL DEFAULT '{}',
            import_id uuid,
            position double precision NOT NULL DEFAULT 0,
            created_by uuid,
            deleted_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        )""")
    live = "WHERE deleted_at IS NULL"
    op.execute(f"CREATE INDEX ix_deals_board ON deals (organisation_id, stage_id, position, id) {live}")
    op.execute(
        "CREATE INDEX ix_deals_totals ON deals (organisation_id, pipeline_id, stage_id, currency)"
        f" INCLUDE (amount_minor) {live}"
    )
    op.execute(f"CREATE INDEX ix_deals_created ON deals (organisation_id, created_at, id) {live}")
    op.execute(f"CREATE INDEX ix_deals_owner ON deals (organisation_id, owner_id) {live}")
    op.execute("CREATE INDEX ix_deals_lead ON deals (lead_id)")
    op.execute("CREATE INDEX ix_deals_company ON deals (company_id)")
    op.execute("CREATE INDEX ix_deals_import ON deals (import_id) WHERE import_id IS NOT NULL")
    op.execute("""
        CREATE TABLE deal_stage_changes (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            deal_id uuid NOT NULL REFERENCES deals ON DELETE CASCADE,
            from_stage_id uuid REFERENCES stages ON DELETE SET NULL,
            from_stage_name text,
            to_stage_id uuid REFERENCES stages ON DELETE SET NULL,
            to_stage_name text NOT NULL,
            from_kind text,
            to_kind text NOT NULL,
            amount_minor bigint,
            currency text NOT NULL,
            lost_reason text,
            seconds_in_stage double precision,
            changed_by uuid,
            changed_by_name text NOT NULL DEFAULT '',
            changed_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX ix_deal_stage_changes_deal ON deal_stage_changes (deal_id, changed_at)")
    op.execute("CREATE INDEX ix_deal_stage_changes_time ON deal_stage_changes (organisation_id, changed_at)")
    op.execute("""
        CREATE TABLE routing_rules (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            version integer NOT NULL DEFAULT 1,
            name text NOT NULL CHECK (name <> ''),
            position integer NOT NULL DEFAULT 0,
            enabled boolean NOT NULL DEFAULT true,
            condition jsonb,
            strategy text NOT NULL CHECK (strategy IN ('round_robin', 'weights', 'load', 'fixed')),
            members jsonb NOT NULL DEFAULT '[]',
            rotation bigint NOT NULL DEFAULT 0,
            last_owner_id uuid,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX ix_routing_rules_order ON routing_rules (organisation_id, position)")
    op.execute("""
        CREATE TABLE routing_decisions (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            lead_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
            rule_id uuid REFERENCES routing_rules ON DELETE SET NULL,
            rule_name text NOT NULL,
            strategy text NOT NULL,
            owner_id uuid NOT NULL,
            owner_name text NOT NULL,
            reason text NOT NULL,
            decided_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX ix_routing_decisions_lead ON routing_decisions (lead_id, decided_at DESC)")
    op.execute("CREATE INDEX ix_routing_decisions_time ON routing_decisions (organisation_id, decided_at DESC)")
    op.execute("""
        CREATE TABLE lead_merges (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            winner_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
            loser_ids uuid[] NOT NULL,
            fields jsonb NOT NULL DEFAULT '{}',
            before jsonb NOT NULL DEFAULT '{}',
            after jsonb NOT NULL DEFAULT '{}',
            moved jsonb NOT NULL DEFAULT '{}',
            merged_by uuid,
            merged_at timestamptz NOT NULL DEFAULT now(),
            undone_by uuid,
            undone_at timestamptz
        )""")
    op.execute("CREATE INDEX ix_lead_merges_winner ON lead_merges (winner_id, merged_at)")
    op.execute("CREATE INDEX ix_lead_merges_losers ON lead_merges USING gin (loser_ids)")
    op.execute("CREATE INDEX ix_lead_merges_time ON lead_merges (organisation_id, merged_at)")
    op.execute("""
        CREATE TABLE lead_merge_moves (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            organisation_id uuid NOT NULL,
            merge_id uuid NOT NULL REFERENCES lead_merges ON DELETE CASCADE,
            subject text NOT NULL,
            row_id uuid NOT NULL,
            from_lead_id uuid NOT NULL,
            kept jsonb,
            added boolean NOT NULL DEFAULT false
        )""")
    op.execute("CREATE INDEX ix_lead_merge_moves_merge ON lead_merge_moves (merge_id, subject)")
    op.execute("""
        CREATE TABLE bulk_actions (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            action text NOT NULL,
            parameters jsonb NOT NULL DEFAULT '{}',
            selection jsonb NOT NULL DEFAULT '{}',
            ids uuid[],
            state text NOT NULL DEFAULT 'queued',
            run_id uuid,
            cursor uuid,
            matched integer NOT NULL DEFAULT 0,
            done integer NOT NULL DEFAULT 0,
            changed integer NOT NULL DEFAULT 0,
            skipped integer NOT NULL DEFAULT 0,
            result jsonb NOT NULL DEFAULT '{}',
            error text,
            undo_of uuid REFERENCES bulk_actions ON DELETE SET NULL,
            created_by uuid,
            created_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz
        )""")
    op.execute("CREATE INDEX ix_bulk_actions_time ON bulk_actions (organisation_id, created_at DESC)")
    op.execute("CREATE UNIQUE INDEX uq_bulk_actions_undo ON bulk_actions (undo_of) WHERE state <> 'failed'")
    op.execute("""
        CREATE TABLE bulk_action_leads (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            organisation_id uuid NOT NULL,
            action_id uuid NOT NULL REFERENCES bulk_actions ON DELETE CASCADE,
            lead_id uuid NOT NULL
        )""")
    op.execute("CREATE INDEX ix_bulk_action_leads_action ON bulk_action_leads (action_id, lead_id)")
    for table in TABLES:
        tenant_table(op, table)

    # A stored key, because an expression cannot be used as an index condition under row-level security.
    op.execute(f"""
        ALTER TABLE leads ADD COLUMN name_company_key text GENERATED ALWAYS AS (
            CASE WHEN btrim(full_name) <> '' AND btrim(company_name) <> '' THEN
                regexp_replace(lower(full_name), '{SEPARATORS}', '', 'g') || '@' ||
                regexp_replace(regexp_replace(lower(company_name), '{COMPANY_NOISE}', '', 'g'), '{SEPARATORS}', '', 'g')
            END) STORED""")
    op.execute(
        "CREATE INDEX ix_leads_name_company_key ON leads (organisation_id, name_company_key)"
        " WHERE deleted_at IS NULL AND name_company_key IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE leads DROP COLUMN name_company_key")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
