"""Visitors, their identifiers, the links between these, sessions and touches; humanness of activities."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0018"
down_revision = "0017"

TABLES = {
    "visitors": """
        CREATE TABLE visitors (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            lead_id uuid,
            lead_email text,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX visitors_of_lead ON visitors (organisation_id, lead_id) WHERE lead_id IS NOT NULL""",
    "visitor_identifiers": """
        CREATE TABLE visitor_identifiers (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            visitor_id uuid NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
            kind text NOT NULL CHECK (kind IN ('anonymous', 'user', 'email')),
            value text NOT NULL,
            since timestamptz NOT NULL,
            until timestamptz NOT NULL,
            first_seen_at timestamptz NOT NULL,
            last_seen_at timestamptz NOT NULL,
            UNIQUE (organisation_id, kind, value, since)
        );
        CREATE INDEX visitor_identifiers_of_visitor ON visitor_identifiers (visitor_id)""",
    "visitor_links": """
        CREATE TABLE visitor_links (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            left_kind text NOT NULL CHECK (left_kind IN ('anonymous', 'user')),
            left_value text NOT NULL,
            right_kind text NOT NULL CHECK (right_kind IN ('user', 'email')),
            right_value text NOT NULL,
            how text NOT NULL CHECK (how IN ('identify', 'form', 'alias', 'mail_click', 'event')),
            first_at timestamptz NOT NULL,
            undone_at timestamptz,
            undone_by uuid,
            undone_by_name text,
            UNIQUE (organisation_id, left_kind, left_value, right_kind, right_value)
        );
        CREATE INDEX visitor_links_backwards ON visitor_links (organisation_id, right_kind, right_value)""",
    "visitor_marks": """
        CREATE TABLE visitor_marks (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            anonymous_id text NOT NULL,
            at timestamptz NOT NULL,
            kind text NOT NULL CHECK (kind IN ('user', 'email')),
            value text NOT NULL,
            UNIQUE (organisation_id, anonymous_id, at, kind, value)
        );
        CREATE INDEX visitor_marks_of_person ON visitor_marks (organisation_id, kind, value)""",
    "visitor_sessions": """
        CREATE TABLE visitor_sessions (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            device_kind text NOT NULL CHECK (device_kind IN ('anonymous', 'user')),
            device text NOT NULL,
            started_at timestamptz NOT NULL,
            last_at timestamptz NOT NULL,
            events integer NOT NULL,
            pages integer NOT NULL,
            human_events integer NOT NULL,
            user_agent text
        );
        CREATE INDEX visitor_sessions_of_device
            ON visitor_sessions (organisation_id, device, started_at)""",
    "visitor_touches": """
        CREATE TABLE visitor_touches (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            session_id uuid NOT NULL REFERENCES visitor_sessions (id) ON DELETE CASCADE,
            device_kind text NOT NULL,
            device text NOT NULL,
            at timestamptz NOT NULL,
            signature text NOT NULL,
            channel text NOT NULL,
            utm_source text,
            utm_medium text,
            utm_campaign text,
            utm_term text,
            utm_content text,
            click_ids text[] NOT NULL DEFAULT '{}',
            referrer_host text,
            landing_path text
        );
        CREATE INDEX visitor_touches_of_device ON visitor_touches (organisation_id, device, at);
        CREATE INDEX visitor_touches_of_session ON visitor_touches (session_id)""",
}


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    # Null: a person acted, or another channel than the web.
    bind.exec_driver_sql("ALTER TABLE activities ADD COLUMN human real")


def downgrade() -> None:
    bind = op.get_bind()
    bind.exec_driver_sql("ALTER TABLE activities DROP COLUMN human")
    for table in reversed(TABLES):
        bind.exec_driver_sql(f"DROP TABLE {table}")
