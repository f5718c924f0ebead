"""Assistants that act for people: registered OAuth clients, the grants people gave them, their refresh tokens."""

from alembic import op

from tradewind.kernel.tenancy import grant, tenant_table

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

APP_ROLE = "tradewind_app"

TABLES = """
CREATE TABLE oauth_clients (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    redirect_uris text[] NOT NULL,
    client_uri text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_granted_at timestamptz
);
CREATE INDEX oauth_clients_unused ON oauth_clients (created_at) WHERE last_granted_at IS NULL;
CREATE TABLE oauth_grants (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id uuid NOT NULL,
    client_name text NOT NULL,
    redirect_host text NOT NULL,
    redirect_uri text NOT NULL,
    scopes text[] NOT NULL,
    resource text NOT NULL,
    code_hash bytea NOT NULL UNIQUE,
    code_challenge text NOT NULL,
    code_expires_at timestamptz NOT NULL,
    code_used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text
);
CREATE INDEX oauth_grants_of_user ON oauth_grants (organisation_id, user_id, created_at DESC);
CREATE INDEX oauth_grants_of_client ON oauth_grants (client_id);
CREATE TABLE oauth_refresh_tokens (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    grant_id uuid NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX oauth_refresh_tokens_of_grant ON oauth_refresh_tokens (grant_id);
"""

# A token says nothing about its organisation: each function answers one exact question, whoever asks.
FUNCTIONS = {
    "oauth_grant_of_code(hash bytea)": """
        RETURNS TABLE (grant_id uuid, user_id uuid, organisation_id uuid) LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT g.id, g.user_id, g.organisation_id FROM oauth_grants g WHERE g.code_hash = hash $$""",
    "oauth_grant_of_refresh(hash bytea)": """
        RETURNS TABLE (grant_id uuid, user_id uuid, organisation_id uuid) LANGUAGE sql STABLE
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT g.id, g.user_id, g.organisation_id
            FROM oauth_refresh_tokens t JOIN oauth_grants g ON g.id = t.grant_id WHERE t.token_hash = hash $$""",
    "oauth_purge()": """
        RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            DELETE FROM oauth_grants WHERE (code_used_at IS NULL AND code_expires_at < now() - interval '1 day')
                OR least(expires_at, coalesce(revoked_at, expires_at)) < now() - interval '30 days';
            DELETE FROM oauth_refresh_tokens WHERE expires_at < now() - interval '1 day';
            DELETE FROM oauth_clients c WHERE c.created_at < now() - interval '1 day'
                AND NOT EXISTS (SELECT FROM oauth_grants g WHERE g.client_id = c.id) $$""",
}


def upgrade() -> None:
    bind = op.get_bind()
    for statement in TABLES.split(";\n"):
        if statement.strip():
            bind.exec_driver_sql(statement)
    grant(op, "oauth_clients")
    tenant_table(op, "oauth_grants")
    tenant_table(op, "oauth_refresh_tokens")
    # The functions run as the owner, which FORCE would otherwise shut out where it is no superuser.
    for table in ("oauth_grants", "oauth_refresh_tokens"):
        op.execute(f"CREATE POLICY owner_functions ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for signature, body in FUNCTIONS.items():
        bind.exec_driver_sql(f"CREATE FUNCTION {signature} {body}")
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")


def downgrade() -> None:
    bind = op.get_bind()
    for signature in FUNCTIONS:
        bind.exec_driver_sql(f"DROP FUNCTION {signature}")
    for table in ("oauth_refresh_tokens", "oauth_grants", "oauth_clients"):
        bind.exec_driver_sql(f"DROP TABLE {table}")
