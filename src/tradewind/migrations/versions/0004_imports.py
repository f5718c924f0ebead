"""Imports of lead files: their state, the rows kept out, and what undo needs."""

from alembic import op

from tradewind.kernel.database.embedded import APP_ROLE
from tradewind.kernel.tenancy import tenant_table

revision = "0004"
down_revision = "0003"

TABLES = ("lead_imports", "lead_import_rejects", "lead_import_changes")


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lead_imports (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            name text NOT NULL,
            origin text NOT NULL DEFAULT 'upload' CHECK (origin IN ('upload', 'command')),
            state text NOT NULL CHECK (state IN
                ('uploaded', 'ready', 'running', 'done', 'failed', 'cancelled', 'undoing', 'undone')),
            sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            size_bytes bigint NOT NULL,
            storage_key text NOT NULL,
            layout jsonb,
            header jsonb,
            notes jsonb NOT NULL DEFAULT '[]',
            suggestions jsonb NOT NULL DEFAULT '[]',
            plan jsonb,
            rows_total integer,
            rows_done integer NOT NULL DEFAULT 0,
            counts jsonb NOT NULL DEFAULT '{}',
            warnings jsonb NOT NULL DEFAULT '{}',
            problem text,
            run_id uuid,
            undo_run_id uuid,
            undo_counts jsonb,
            created_by uuid,
            created_by_name text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            started_at timestamptz,
            finished_at timestamptz,
            undone_at timestamptz
        )""")
    op.execute("CREATE INDEX ix_lead_imports_created ON lead_imports (organisation_id, created_at DESC, id DESC)")
    op.execute("CREATE INDEX ix_lead_imports_sha256 ON lead_imports (organisation_id, sha256)")
    op.execute(
        "CREATE UNIQUE INDEX uq_lead_imports_running ON lead_imports (organisation_id, sha256) WHERE state = 'running'"
    )
    op.execute("""
        CREATE TABLE lead_import_rejects (
            import_id uuid NOT NULL REFERENCES lead_imports ON DELETE CASCADE,
            organisation_id uuid NOT NULL,
            row_number integer NOT NULL,
            reason text NOT NULL,
            cells text[] NOT NULL,
            PRIMARY KEY (import_id, row_number)
        )""")
    op.execute("""
        CREATE TABLE lead_import_changes (
            import_id uuid NOT NULL REFERENCES lead_imports ON DELETE CASCADE,
            lead_id uuid NOT NULL,
            organisation_id uuid NOT NULL,
            before jsonb,
            after_version integer NOT NULL,
            PRIMARY KEY (import_id, lead_id)
        )""")
    for table in TABLES:
        tenant_table(op, table)
    # A table that an import fills from nothing has no statistics until autovacuum comes by, and every index then
    # looks as good as the right one. Only owners may analyse; of tables that have not grown fourfold nothing is done.
    op.execute("""
        CREATE FUNCTION learn_grown_tables() RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
        DECLARE one record;
        BEGIN
            FOR one IN SELECT * FROM (VALUES
                ('leads', 'organisation_id, external_id, email_key, phone_key, company_id, import_id, created_at, status'),
                ('companies', 'organisation_id, domain, name_key, import_id'),
                ('activities', 'organisation_id, lead_id, kind, occurred_at')) AS t (name, columns)
            LOOP
                IF (SELECT greatest(relpages, 1) * 4 < pg_relation_size(oid) / 8192 FROM pg_class
                        WHERE oid = ('public.' || one.name)::regclass) THEN
                    EXECUTE format('ANALYZE public.%I (%s)', one.name, one.columns);
                END IF;
            END LOOP;
        END $$
    """)
    op.execute("REVOKE ALL ON FUNCTION learn_grown_tables() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION learn_grown_tables() TO {APP_ROLE}")


def downgrade() -> None:
    op.execute("DROP FUNCTION learn_grown_tables()")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
