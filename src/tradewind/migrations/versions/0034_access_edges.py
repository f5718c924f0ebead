"""Single logout: what the provider calls a session, and how to end that there; custom fields stored encrypted."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

APP_ROLE = "tradewind_app"
_PURPOSES = "CHECK (purpose IN ('sign_in', 'test'{}))"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE user_sessions"
        " ADD COLUMN sso_connection_id uuid REFERENCES sso_connections (id) ON DELETE SET NULL,"
        " ADD COLUMN sso_subject text, ADD COLUMN sso_session text, ADD COLUMN sso_handle_sealed text"
    )
    op.execute(
        "CREATE INDEX user_sessions_of_connection ON user_sessions (sso_connection_id, sso_subject)"
        " WHERE sso_connection_id IS NOT NULL"
    )
    # Sessions are isolated by user; a provider's word about them comes before any user is known.
    op.execute(
        "CREATE FUNCTION identity_sso_sessions(connection uuid, subject text, sessions text[])"
        " RETURNS TABLE (session_id uuid, user_id uuid) LANGUAGE sql STABLE SECURITY DEFINER"
        " SET search_path = public, pg_temp AS $$"
        " SELECT s.id, s.user_id FROM user_sessions s"
        " WHERE s.sso_connection_id = connection AND s.revoked_at IS NULL"
        " AND (subject IS NULL OR s.sso_subject = subject)"
        " AND (sessions IS NULL OR s.sso_session = ANY (sessions))"
        " AND (subject IS NOT NULL OR sessions IS NOT NULL) $$"
    )
    op.execute("REVOKE ALL ON FUNCTION identity_sso_sessions(uuid, text, text[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION identity_sso_sessions(uuid, text, text[]) TO {APP_ROLE}")
    for table in ("sso_requests", "sso_attempts"):
        _purposes(table, ", 'sign_out'")
    _kinds(", 'secret'")
    op.execute(
        "CREATE TABLE lead_secrets ("
        " id uuid PRIMARY KEY,"
        " organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,"
        " lead_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,"
        " field_id uuid NOT NULL REFERENCES custom_fields (id) ON DELETE CASCADE,"
        " value_sealed text NOT NULL,"
        " set_by_name text NOT NULL DEFAULT '',"
        " set_at timestamptz NOT NULL DEFAULT now())"
    )
    op.execute("CREATE INDEX lead_secrets_of_lead ON lead_secrets (lead_id, field_id)")
    op.execute("CREATE INDEX lead_secrets_of_field ON lead_secrets (field_id)")
    tenant_table(op, "lead_secrets")
    # A change of master keys works as the owner.
    op.execute("CREATE POLICY owner_functions ON lead_secrets TO CURRENT_USER USING (true) WITH CHECK (true)")


def downgrade() -> None:
    op.execute("DROP TABLE lead_secrets")
    op.execute("DELETE FROM custom_fields WHERE kind = 'secret'")
    _kinds("")
    for table in ("sso_requests", "sso_attempts"):
        op.execute(f"DELETE FROM {table} WHERE purpose = 'sign_out'")
        _purposes(table, "")
    op.execute("DROP FUNCTION identity_sso_sessions(uuid, text, text[])")
    op.execute(
        "ALTER TABLE user_sessions DROP COLUMN sso_connection_id, DROP COLUMN sso_subject, DROP COLUMN sso_session,"
        " DROP COLUMN sso_handle_sealed"
    )


def _kinds(more: str) -> None:
    op.execute("ALTER TABLE custom_fields DROP CONSTRAINT custom_fields_kind_check")
    op.execute(
        "ALTER TABLE custom_fields ADD CONSTRAINT custom_fields_kind_check CHECK (kind IN"
        f" ('text', 'number', 'date', 'datetime', 'boolean', 'select', 'multi_select', 'url'{more}))"
    )


def _purposes(table: str, more: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_purpose_check")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_purpose_check {_PURPOSES.format(more)}")
