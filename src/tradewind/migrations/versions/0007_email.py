"""E-mail: the local mail sink."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE mail_sink (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            kind text NOT NULL,
            to_email text NOT NULL,
            to_name text NOT NULL,
            recipient_id uuid,
            subject text NOT NULL,
            body text NOT NULL,
            link text,
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX mail_sink_newest ON mail_sink (organisation_id, id DESC)")
    tenant_table(op, "mail_sink")


def downgrade() -> None:
    op.execute("DROP TABLE mail_sink")
