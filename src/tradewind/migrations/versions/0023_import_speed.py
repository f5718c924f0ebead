"""Estimates for filters by industry, purging of companies, and metrics that people define."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    # Filters compare in lower case; without this the planner takes every industry for half a percent of companies.
    op.execute("CREATE STATISTICS companies_by_lower_industry ON (lower(industry)) FROM companies")
    op.execute("CREATE INDEX companies_deleted ON companies (deleted_at) WHERE deleted_at IS NOT NULL")
    op.execute("CREATE INDEX visitor_sessions_by_start ON visitor_sessions (organisation_id, started_at)")
    op.execute("""
        CREATE TABLE custom_metrics (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            version integer NOT NULL DEFAULT 1,
            key text NOT NULL CHECK (key ~ '^[a-z][a-z0-9_]{0,59}$'),
            name text NOT NULL CHECK (name <> ''),
            description text NOT NULL DEFAULT '',
            entity text NOT NULL,
            aggregation text NOT NULL CHECK (aggregation IN ('count', 'sum', 'average')),
            measure text,
            condition jsonb,
            created_by uuid,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CHECK ((aggregation = 'count') = (measure IS NULL)),
            UNIQUE (organisation_id, key)
        )""")
    tenant_table(op, "custom_metrics")


def downgrade() -> None:
    op.execute("DROP TABLE custom_metrics")
    op.execute("DROP INDEX visitor_sessions_by_start")
    op.execute("DROP INDEX companies_deleted")
    op.execute("DROP STATISTICS companies_by_lower_industry")
