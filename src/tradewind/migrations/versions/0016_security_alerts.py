"""Security events, rules and alerts; mails and kept answers are sealed; the owner may re-wrap sealed values."""

from collections.abc import Callable
from uuid import UUID

from alembic import op
from sqlalchemy import Connection, text

from tradewind.kernel.crypto import get_vault
from tradewind.kernel.tenancy import grant_sequence, tenant_table

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

APP_ROLE = "tradewind_app"
_BATCH = 500

TABLES = """
CREATE SEQUENCE security_events_position;
CREATE TABLE security_events (
    id uuid PRIMARY KEY,
    position bigint NOT NULL DEFAULT nextval('security_events_position'),
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    kind text NOT NULL,
    subject_type text NOT NULL CHECK (subject_type IN ('user', 'api_key')),
    subject_id uuid NOT NULL,
    ip text,
    network text,
    device text,
    local_at timestamp,
    quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
    occurred_at timestamptz NOT NULL
);
CREATE INDEX security_events_of_subject ON security_events (organisation_id, subject_id, kind, occurred_at);
CREATE INDEX security_events_recent ON security_events (organisation_id, occurred_at);
CREATE TABLE security_rules (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    rule text NOT NULL,
    enabled boolean NOT NULL,
    threshold integer NOT NULL CHECK (threshold > 0),
    window_minutes integer NOT NULL CHECK (window_minutes > 0),
    severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
    hours_from smallint CHECK (hours_from BETWEEN 0 AND 23),
    hours_to smallint CHECK (hours_to BETWEEN 1 AND 24),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, rule)
);
CREATE TABLE security_alerts (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    rule text NOT NULL,
    subject_type text NOT NULL CHECK (subject_type IN ('user', 'api_key')),
    subject_id uuid NOT NULL,
    subject_name text NOT NULL DEFAULT '',
    severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'closed')),
    occurrences bigint NOT NULL,
    why text NOT NULL,
    networks text[] NOT NULL DEFAULT '{}',
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    last_position bigint NOT NULL,
    told_at timestamptz NOT NULL,
    note text NOT NULL DEFAULT '',
    handled_by uuid,
    handled_by_name text NOT NULL DEFAULT '',
    handled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX security_alerts_open ON security_alerts (organisation_id, rule, subject_type, subject_id)
    WHERE state <> 'closed';
CREATE INDEX security_alerts_newest ON security_alerts (organisation_id, id DESC);
CREATE INDEX security_alerts_of_subject ON security_alerts (organisation_id, subject_id, rule, last_position);
"""
PURGE = """
    CREATE FUNCTION security_purge() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DELETE FROM security_events WHERE occurred_at < now() - interval '180 days' $$
"""
# Tables whose sealed values the owner re-wraps, and that the function above works on: FORCE would shut it out.
_OWNERS = (
    "security_events", "totp_factors", "sso_connections", "sso_requests", "webhook_endpoints", "mail_sink",
    "idempotency_keys",
)  # fmt: skip


def upgrade() -> None:
    bind = op.get_bind()
    for statement in TABLES.split(";\n"):
        if statement.strip():
            bind.exec_driver_sql(statement)
    tenant_table(op, "security_events", privileges="SELECT, INSERT")
    grant_sequence(op, "security_events_position")
    tenant_table(op, "security_rules")
    tenant_table(op, "security_alerts", privileges="SELECT, INSERT, UPDATE")
    for table in _OWNERS:
        op.execute(f"CREATE POLICY owner_rewraps ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    bind.exec_driver_sql(PURGE)
    bind.exec_driver_sql("REVOKE ALL ON FUNCTION security_purge() FROM PUBLIC")
    bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION security_purge() TO {APP_ROLE}")

    bind.exec_driver_sql("ALTER TABLE mail_sink RENAME body TO body_sealed")
    bind.exec_driver_sql("ALTER TABLE mail_sink RENAME link TO link_sealed")
    _convert_mails(bind, lambda value, context: get_vault().encrypt(value, context))
    # What was kept in clear goes; a repeated request is then told that the first one was carried out.
    bind.exec_driver_sql("UPDATE idempotency_keys SET state = 'committed' WHERE state = 'answered'")
    bind.exec_driver_sql("ALTER TABLE idempotency_keys DROP COLUMN body, ADD COLUMN body_sealed text")
    bind.exec_driver_sql("ALTER TABLE api_keys ADD COLUMN hash_key_id text")
    if bind.scalar(text("SELECT EXISTS (SELECT FROM api_keys WHERE secret_hash IS NOT NULL)")):
        # Which key made a hash is not known; the oldest is the safe answer, and right where there is one only.
        oldest = get_vault().key_ids[-1]
        bind.execute(text("UPDATE api_keys SET hash_key_id = :id WHERE secret_hash IS NOT NULL"), {"id": oldest})


def downgrade() -> None:
    bind = op.get_bind()
    bind.exec_driver_sql("ALTER TABLE api_keys DROP COLUMN hash_key_id")
    bind.exec_driver_sql("UPDATE idempotency_keys SET state = 'committed' WHERE state = 'answered'")
    bind.exec_driver_sql("ALTER TABLE idempotency_keys DROP COLUMN body_sealed, ADD COLUMN body bytea")
    _convert_mails(bind, lambda value, context: get_vault().decrypt_text(value, context))
    bind.exec_driver_sql("ALTER TABLE mail_sink RENAME body_sealed TO body")
    bind.exec_driver_sql("ALTER TABLE mail_sink RENAME link_sealed TO link")
    bind.exec_driver_sql("DROP FUNCTION security_purge()")
    for table in _OWNERS:
        op.execute(f"DROP POLICY owner_rewraps ON {table}")
    for table in ("security_alerts", "security_rules", "security_events"):
        bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql("DROP SEQUENCE security_events_position")


def _convert_mails(bind: Connection, convert: Callable[[str, bytes], str]) -> None:
    after = UUID(int=0)
    while True:
        rows = bind.execute(
            text("SELECT id, body_sealed, link_sealed FROM mail_sink WHERE id > :after ORDER BY id LIMIT :batch"),
            {"after": after, "batch": _BATCH},
        ).all()
        if not rows:
            return
        for row in rows:
            after = UUID(str(row.id))
            bind.execute(
                text("UPDATE mail_sink SET body_sealed = :body, link_sealed = :link WHERE id = :id"),
                {
                    "id": after,
                    "body": convert(row.body_sealed, b"email.body:" + after.bytes),
                    "link": convert(row.link_sealed, b"email.link:" + after.bytes) if row.link_sealed else None,
                },
            )
