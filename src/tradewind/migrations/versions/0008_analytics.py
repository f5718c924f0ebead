"""Notifications of people, and the dashboard's stored figures."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE notifications (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            user_id uuid NOT NULL,
            kind text NOT NULL,
            title text NOT NULL,
            body text NOT NULL DEFAULT '',
            subject_type text,
            subject_id uuid,
            dedupe_key text NOT NULL,
            read_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute(
        "CREATE INDEX notifications_newest ON notifications (organisation_id, user_id, created_at DESC, id DESC)"
    )
    op.execute("CREATE INDEX notifications_unread ON notifications (organisation_id, user_id) WHERE read_at IS NULL")
    op.execute("CREATE UNIQUE INDEX notifications_once ON notifications (organisation_id, user_id, dedupe_key)")
    tenant_table(op, "notifications")

    op.execute("""
        CREATE TABLE dashboard_figures (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL UNIQUE,
            figures jsonb NOT NULL,
            took_ms real NOT NULL,
            computed_at timestamptz NOT NULL
        )""")
    tenant_table(op, "dashboard_figures")


def downgrade() -> None:
    op.execute("DROP TABLE dashboard_figures")
    op.execute("DROP TABLE notifications")
