"""Routing forms: questions that lead to the right event type, and where each answer was sent, with the reason."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0033"
down_revision = "0032"

TABLES = {
    "routing_forms": """
        CREATE TABLE routing_forms (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            slug text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
            title text NOT NULL,
            description text NOT NULL DEFAULT '',
            questions jsonb NOT NULL DEFAULT '[]',
            rules jsonb NOT NULL DEFAULT '[]',
            fallback jsonb NOT NULL DEFAULT '{"kind": "message", "text": "Thank you."}',
            active boolean NOT NULL DEFAULT true,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            deleted_at timestamptz
        );
        CREATE UNIQUE INDEX routing_forms_by_slug ON routing_forms (organisation_id, slug) WHERE deleted_at IS NULL""",
    "routing_answers": """
        CREATE TABLE routing_answers (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            form_id uuid NOT NULL REFERENCES routing_forms (id) ON DELETE CASCADE,
            answers jsonb NOT NULL DEFAULT '{}',
            rule text,
            target jsonb NOT NULL DEFAULT '{}',
            reason text NOT NULL,
            answered_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX routing_answers_newest ON routing_answers (form_id, answered_at DESC, id DESC)""",
}


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
