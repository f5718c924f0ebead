"""Estimates for filters by industry, purging of companies, and metrics that people define."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0022"
down_revision = "0021"

# An import fills tables faster than autovacuum learns of it. Until then the planner takes the rows of an organisation
# it does not know for none, and every index that begins with the organisation looks as good as the right one.
_LEARN = """
    CREATE OR REPLACE FUNCTION learn_grown_tables() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE
        one record;
        importer CONSTANT uuid := nullif(current_setting('app.org_id', true), '')::uuid;
    BEGIN
        FOR one IN SELECT * FROM (VALUES
            ('leads', 'organisation_id, external_id, email_key, phone_key, company_id, import_id, created_at, status'),
            ('companies', 'organisation_id, domain, name_key, import_id'),
            ('activities', 'organisation_id, lead_id, kind, occurred_at')) AS t (name, columns)
        LOOP
            IF (SELECT greatest(relpages, 1) * 4 < pg_relation_size(oid) / 8192 FROM pg_class
                    WHERE oid = ('public.' || one.name)::regclass) {unknown} THEN
                EXECUTE format('ANALYZE public.%I (%s)', one.name, one.columns);
            END IF;
        END LOOP;
    END $$
"""
_UNKNOWN = """
                OR NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = 'public' AND tablename = one.name
                    AND attname = 'organisation_id' AND importer = ANY (most_common_vals::text::uuid[]))
"""


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
    op.get_bind().exec_driver_sql(_LEARN.replace("{unknown}", _UNKNOWN))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(_LEARN.replace("{unknown}", ""))
    op.execute("DROP TABLE custom_metrics")
    op.execute("DROP INDEX visitor_sessions_by_start")
    op.execute("DROP INDEX companies_deleted")
    op.execute("DROP STATISTICS companies_by_lower_industry")
