"""API keys, and the nonces of signed requests."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0012"
down_revision = "0011"

APP_ROLE = "tradewind_app"

# What authentication must read before it knows the organisation, and a clean-up over all of them.
FUNCTIONS = {
    "identity_api_key_by_hash(hashes bytea[])": """
        RETURNS TABLE (key_id uuid, organisation_id uuid, secret_hash bytea) LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT k.id, k.organisation_id, k.secret_hash FROM api_keys k WHERE k.secret_hash = ANY (hashes) $$""",
    "identity_api_key_organisation(wanted uuid)": """
        RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT k.organisation_id FROM api_keys k WHERE k.id = wanted $$""",
    "identity_purge_nonces()": """
        RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            DELETE FROM api_key_nonces WHERE expires_at < now() - interval '1 minute' $$""",
}


def upgrade() -> None:
    bind = op.get_bind()
    bind.exec_driver_sql("""
        CREATE TABLE api_keys (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            kind text NOT NULL CHECK (kind IN ('secret', 'signed', 'publishable')),
            test boolean NOT NULL DEFAULT false,
            name text NOT NULL,
            shown text NOT NULL,
            secret_hash bytea UNIQUE,
            signing_secret_sealed text,
            scopes text[] NOT NULL,
            allowed_networks text[] NOT NULL DEFAULT '{}',
            allowed_origins text[] NOT NULL DEFAULT '{}',
            requests_per_minute integer CHECK (requests_per_minute > 0),
            expires_at timestamptz,
            created_by uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            created_by_name text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            last_used_at timestamptz,
            last_used_ip text,
            revoked_at timestamptz,
            revoked_by_name text
        )""")
    bind.exec_driver_sql("CREATE INDEX api_keys_newest ON api_keys (organisation_id, id DESC)")
    bind.exec_driver_sql("CREATE INDEX api_keys_of_user ON api_keys (created_by)")
    bind.exec_driver_sql("""
        CREATE TABLE api_key_nonces (
            key_id uuid NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
            nonce text NOT NULL,
            organisation_id uuid NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (key_id, nonce)
        )""")
    bind.exec_driver_sql("CREATE INDEX api_key_nonces_by_end ON api_key_nonces (expires_at)")
    # A key is revoked, never deleted: its row keeps the name that the audit log shows.
    tenant_table(op, "api_keys", privileges="SELECT, INSERT, UPDATE")
    tenant_table(op, "api_key_nonces", privileges="SELECT, INSERT")
    for table in ("api_keys", "api_key_nonces"):
        # The functions run as the owner, which FORCE would otherwise shut out where it is no superuser.
        op.execute(f"CREATE POLICY owner_functions ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for signature, body in FUNCTIONS.items():
        bind.exec_driver_sql(f"CREATE FUNCTION {signature} {body}")
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")


def downgrade() -> None:
    bind = op.get_bind()
    for signature in FUNCTIONS:
        bind.exec_driver_sql(f"DROP FUNCTION {signature}")
    bind.exec_driver_sql("DROP TABLE api_key_nonces")
    bind.exec_driver_sql("DROP TABLE api_keys")
