"""Chat widgets, the people who talk through them, and their sessions."""

from alembic import op

from tradewind.kernel.database.embedded import APP_ROLE
from tradewind.kernel.tenancy import tenant_table

revision = "0040"
down_revision = "0039"

TABLES = {
    "chat_widgets": """
        CREATE TABLE chat_widgets (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            key text NOT NULL UNIQUE CHECK (key ~ '^tw_chat_[0-9A-Za-z]{24}$'),
            name text NOT NULL,
            active boolean NOT NULL DEFAULT true,
            agent_id uuid REFERENCES agents (id) ON DELETE SET NULL,
            settings jsonb NOT NULL DEFAULT '{}',
            identity_secret_sealed text NOT NULL,
            previous_secret_sealed text,
            previous_secret_until timestamptz,
            seen_at timestamptz,
            seen_on text,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CHECK ((previous_secret_sealed IS NULL) = (previous_secret_until IS NULL))
        );
        CREATE INDEX chat_widgets_of ON chat_widgets (organisation_id, id)""",
    # `external_id` is the site's own id of somebody it has vouched for: one visitor, whatever devices they use.
    "chat_visitors": """
        CREATE TABLE chat_visitors (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            widget_id uuid NOT NULL REFERENCES chat_widgets (id) ON DELETE CASCADE,
            external_id text,
            anonymous_id text,
            lead_id uuid REFERENCES leads (id) ON DELETE CASCADE,
            conversation_id uuid REFERENCES conversations (id) ON DELETE SET NULL,
            name text NOT NULL DEFAULT '',
            email text NOT NULL DEFAULT '',
            language text NOT NULL DEFAULT 'en',
            time_zone text NOT NULL DEFAULT 'UTC',
            page_url text NOT NULL DEFAULT '',
            consent jsonb,
            first_seen_at timestamptz NOT NULL DEFAULT now(),
            last_seen_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE UNIQUE INDEX chat_visitors_known ON chat_visitors (widget_id, external_id)
            WHERE external_id IS NOT NULL;
        CREATE INDEX chat_visitors_in ON chat_visitors (conversation_id) WHERE conversation_id IS NOT NULL;
        CREATE INDEX chat_visitors_of_lead ON chat_visitors (lead_id) WHERE lead_id IS NOT NULL;
        CREATE INDEX chat_visitors_seen ON chat_visitors (organisation_id, last_seen_at)""",
    "chat_sessions": """
        CREATE TABLE chat_sessions (
            token_hash bytea PRIMARY KEY,
            organisation_id uuid NOT NULL,
            visitor_id uuid NOT NULL REFERENCES chat_visitors (id) ON DELETE CASCADE,
            created_at timestamptz NOT NULL DEFAULT now(),
            last_seen_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX chat_sessions_of ON chat_sessions (visitor_id)""",
}
# Asked before it is known for whom a stranger's request acts.
_ORGANISATION_OF = "organisation_of_chat_widget(wanted text)"
_BODY = """
    RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT w.organisation_id FROM chat_widgets w WHERE w.key = wanted $$
"""


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    # The owner re-wraps secrets when the master key changes, and runs the function below.
    op.execute("CREATE POLICY owner_rewraps ON chat_widgets TO CURRENT_USER USING (true) WITH CHECK (true)")
    bind.exec_driver_sql(f"CREATE FUNCTION {_ORGANISATION_OF} {_BODY}")
    bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {_ORGANISATION_OF} FROM PUBLIC")
    bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {_ORGANISATION_OF} TO {APP_ROLE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {_ORGANISATION_OF}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
