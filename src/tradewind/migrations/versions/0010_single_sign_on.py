"""Single sign-on: connections to identity providers, proven domains, linked identities, started and past sign-ins."""

from alembic import op

from tradewind.kernel.tenancy import CURRENT_ORGANISATION, tenant_table

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

APP_ROLE = "tradewind_app"

TABLES = """
ALTER TABLE memberships ADD COLUMN keeps_password boolean NOT NULL DEFAULT false;
ALTER TABLE user_passwords ADD COLUMN chosen boolean NOT NULL DEFAULT true;
CREATE TABLE sso_connections (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL CHECK (kind IN ('oidc', 'saml')),
    name text NOT NULL,
    enabled boolean NOT NULL DEFAULT false,
    settings jsonb NOT NULL DEFAULT '{}',
    secret_sealed text,
    creates_users boolean NOT NULL DEFAULT true,
    default_role text NOT NULL DEFAULT 'analyst',
    role_rules jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sso_connections_of_organisation ON sso_connections (organisation_id, created_at);
CREATE TABLE sso_domains (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    domain text NOT NULL,
    connection_id uuid REFERENCES sso_connections (id) ON DELETE SET NULL,
    dns_value text NOT NULL,
    proof text CHECK (proof IN ('dns', 'administrator')),
    proven_at timestamptz,
    required boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, domain)
);
CREATE UNIQUE INDEX sso_domains_one_owner ON sso_domains (domain) WHERE proven_at IS NOT NULL;
CREATE TABLE sso_links (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    connection_id uuid NOT NULL REFERENCES sso_connections (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    issuer text NOT NULL,
    subject text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (connection_id, issuer, subject),
    UNIQUE (connection_id, user_id)
);
CREATE TABLE sso_requests (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    connection_id uuid NOT NULL REFERENCES sso_connections (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('sign_in', 'test')),
    state_hash bytea NOT NULL UNIQUE,
    browser_hash bytea NOT NULL,
    secrets_sealed text NOT NULL,
    next_path text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    answered_at timestamptz,
    answer jsonb,
    used_at timestamptz
);
CREATE INDEX sso_requests_by_end ON sso_requests (organisation_id, expires_at);
CREATE TABLE sso_assertions (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    connection_id uuid NOT NULL REFERENCES sso_connections (id) ON DELETE CASCADE,
    assertion_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (connection_id, assertion_hash)
);
CREATE TABLE sso_attempts (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    connection_id uuid NOT NULL REFERENCES sso_connections (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('sign_in', 'test')),
    occurred_at timestamptz NOT NULL DEFAULT now(),
    code text NOT NULL,
    reason text NOT NULL,
    email text,
    subject text,
    user_id uuid,
    role text,
    ip text,
    details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX sso_attempts_newest ON sso_attempts (connection_id, id DESC);
"""

# What must be read before it is known whom a sign-in is for. Each function answers one exact question.
FUNCTIONS = {
    "identity_sso_domain(wanted text)": """
        RETURNS TABLE (organisation_id uuid, connection_id uuid) LANGUAGE sql STABLE AS $$
            SELECT d.organisation_id, c.id FROM sso_domains d
            JOIN sso_connections c ON c.organisation_id = d.organisation_id AND c.enabled
            WHERE d.domain = wanted AND d.proven_at IS NOT NULL
            ORDER BY c.id = d.connection_id DESC NULLS LAST, c.created_at, c.id LIMIT 1 $$""",
    "identity_sso_connection(wanted uuid)": """
        RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT organisation_id FROM sso_connections WHERE id = wanted $$""",
    "identity_sso_request(hash bytea)": """
        RETURNS TABLE (request_id uuid, organisation_id uuid) LANGUAGE sql STABLE AS $$
            SELECT r.id, r.organisation_id FROM sso_requests r WHERE r.state_hash = hash $$""",
    # DNS outweighs the word of an administrator: the domain leaves organisations that have only the latter.
    "identity_sso_outweigh(wanted text)": f"""
        RETURNS void LANGUAGE sql AS $$
            UPDATE sso_domains SET proof = NULL, proven_at = NULL, required = false
            WHERE domain = wanted AND proof = 'administrator' AND organisation_id <> {CURRENT_ORGANISATION} $$""",
    # True where the owner of the user's domain demands single sign-on of them. Administrators marked for it keep
    # their password; if none of those is left, every administrator does, so that nobody is locked out for good.
    "identity_sso_required(wanted uuid)": """
        RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT EXISTS (
                SELECT FROM users u
                JOIN sso_domains d ON d.domain = substring(u.email_key FROM '@([^@]*)$')
                    AND d.proven_at IS NOT NULL AND d.required
                JOIN memberships m ON m.organisation_id = d.organisation_id AND m.user_id = u.id
                    AND m.active AND m.removed_at IS NULL
                WHERE u.id = wanted
                  AND EXISTS (SELECT FROM sso_connections c WHERE c.organisation_id = d.organisation_id AND c.enabled)
                  AND NOT (m.role = 'admin' AND (m.keeps_password OR NOT EXISTS (
                      SELECT FROM memberships k WHERE k.organisation_id = d.organisation_id AND k.keeps_password
                        AND k.role = 'admin' AND k.active AND k.removed_at IS NULL)))) $$""",
}
_TENANT_TABLES = ("sso_connections", "sso_domains", "sso_links", "sso_requests", "sso_assertions", "sso_attempts")


def upgrade() -> None:
    bind = op.get_bind()
    for statement in TABLES.split(";\n"):
        if statement.strip():
            bind.exec_driver_sql(statement)
    for table in _TENANT_TABLES:
        tenant_table(op, table)
    # The functions below run as the owner, which FORCE would otherwise shut out where it is no superuser.
    for table in ("sso_connections", "sso_domains", "sso_requests"):
        op.execute(f"CREATE POLICY owner_functions ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for signature, body in FUNCTIONS.items():
        head, separator, rest = body.partition("AS $$")
        bind.exec_driver_sql(
            f"CREATE FUNCTION {signature} {head} SECURITY DEFINER SET search_path = public, pg_temp {separator}{rest}"
        )
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")


def downgrade() -> None:
    bind = op.get_bind()
    for signature in FUNCTIONS:
        bind.exec_driver_sql(f"DROP FUNCTION {signature}")
    for table in reversed(_TENANT_TABLES):
        bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql("ALTER TABLE user_passwords DROP COLUMN chosen")
    bind.exec_driver_sql("ALTER TABLE memberships DROP COLUMN keeps_password")
