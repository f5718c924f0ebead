"""Provisioning by SCIM: tokens, what an identity provider knows of people, its groups, rules and past requests."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

APP_ROLE = "tradewind_app"

TABLES = """
CREATE TABLE scim_tokens (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    name text NOT NULL,
    hint text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    created_by_name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX scim_tokens_newest ON scim_tokens (organisation_id, created_at DESC);
CREATE TABLE scim_people (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_name text NOT NULL,
    user_name_key text NOT NULL,
    external_id text,
    attributes jsonb NOT NULL DEFAULT '{}',
    active_unassigned boolean NOT NULL DEFAULT false,
    provisioned_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, user_id),
    UNIQUE (organisation_id, user_name_key)
);
CREATE INDEX scim_people_by_external_id ON scim_people (organisation_id, external_id);
CREATE TABLE scim_groups (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    version integer NOT NULL DEFAULT 1,
    display_name text NOT NULL,
    display_name_key text NOT NULL,
    external_id text,
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX scim_groups_by_name ON scim_groups (organisation_id, display_name_key);
CREATE TABLE scim_group_members (
    group_id uuid NOT NULL REFERENCES scim_groups (id) ON DELETE CASCADE,
    person_id uuid NOT NULL REFERENCES scim_people (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, person_id)
);
CREATE INDEX scim_group_members_of_person ON scim_group_members (person_id);
CREATE TABLE scim_settings (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL UNIQUE REFERENCES organisations (id) ON DELETE CASCADE,
    version integer NOT NULL DEFAULT 1,
    default_role text NOT NULL,
    rules jsonb NOT NULL DEFAULT '[]',
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE scim_requests (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    token_name text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    status integer NOT NULL,
    detail text,
    milliseconds integer NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX scim_requests_newest ON scim_requests (organisation_id, id DESC);
"""

# What must be read before it is known whom a request is for, and what concerns other organisations as well.
# Each function answers one exact question.
FUNCTIONS = {
    "identity_scim_token(hash bytea)": """
        RETURNS TABLE (token_id uuid, organisation_id uuid, name text) LANGUAGE sql STABLE AS $$
            SELECT t.id, t.organisation_id, t.name FROM scim_tokens t
            WHERE t.token_hash = hash AND t.revoked_at IS NULL AND t.expires_at > now() $$""",
    "identity_belongs_elsewhere(wanted uuid, organisation uuid)": """
        RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT EXISTS (SELECT FROM memberships m WHERE m.user_id = wanted
                           AND m.organisation_id <> organisation AND m.removed_at IS NULL) $$""",
}
_TENANT_TABLES = (
    "scim_tokens", "scim_people", "scim_groups", "scim_group_members", "scim_settings", "scim_requests"
)  # fmt: skip


def upgrade() -> None:
    bind = op.get_bind()
    for statement in TABLES.split(";\n"):
        if statement.strip():
            bind.exec_driver_sql(statement)
    for table in _TENANT_TABLES:
        tenant_table(op, table)
    # The function runs as the owner, which FORCE would otherwise shut out where it is no superuser.
    op.execute("CREATE POLICY owner_functions ON scim_tokens TO CURRENT_USER USING (true) WITH CHECK (true)")
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
    for table in ("scim_requests", "scim_settings", "scim_group_members", "scim_groups", "scim_people", "scim_tokens"):
        bind.exec_driver_sql(f"DROP TABLE {table}")
