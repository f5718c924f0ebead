"""Second factors: authenticator apps, passkeys, recovery codes, sign-in challenges; how a session was opened."""

from alembic import op

from tradewind.kernel.tenancy import CURRENT_ORGANISATION, CURRENT_USER, grant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APP_ROLE = "tradewind_app"

TABLES = """
CREATE TABLE totp_factors (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret_sealed text NOT NULL,
    last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    last_used_at timestamptz
);
CREATE UNIQUE INDEX totp_factors_one_in_use ON totp_factors (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX totp_factors_one_draft ON totp_factors (user_id) WHERE confirmed_at IS NULL;
CREATE TABLE passkeys (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id bytea NOT NULL UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    transports text[] NOT NULL DEFAULT '{}',
    synced boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz
);
CREATE INDEX passkeys_of_user ON passkeys (user_id, created_at);
CREATE TABLE recovery_codes (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz,
    UNIQUE (user_id, code_hash)
);
CREATE TABLE auth_challenges (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    purpose text NOT NULL CHECK (purpose IN ('second_factor', 'passkey_login', 'passkey_registration', 'step_up')),
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    session_id uuid REFERENCES user_sessions (id) ON DELETE CASCADE,
    wanted_organisation_id uuid,
    nonce bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX auth_challenges_by_end ON auth_challenges (expires_at)
"""
_OWNED_BY_USER = ("totp_factors", "passkeys", "recovery_codes")
_FUNCTIONS = {
    # Who owns a passkey must be known before anyone is signed in.
    "identity_passkey_owner(wanted bytea)": """
        RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$ SELECT p.user_id FROM passkeys p WHERE p.credential_id = wanted $$""",
    # Administrators see who has a second factor, never the factor.
    "identity_members_with_second_factor()": f"""
        RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
        AS $$ SELECT m.user_id FROM memberships m
              WHERE m.organisation_id = {CURRENT_ORGANISATION} AND m.active AND m.removed_at IS NULL
                AND (EXISTS (SELECT FROM passkeys p WHERE p.user_id = m.user_id)
                     OR EXISTS (SELECT FROM totp_factors t
                                WHERE t.user_id = m.user_id AND t.confirmed_at IS NOT NULL)) $$""",
}


def upgrade() -> None:
    bind = op.get_bind()
    for statement in TABLES.split(";\n"):
        bind.exec_driver_sql(statement)
    for table in _OWNED_BY_USER:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        condition = f"user_id = {CURRENT_USER}"
        op.execute(f"CREATE POLICY own ON {table} USING ({condition}) WITH CHECK ({condition})")
        grant(op, table)
        # The functions run as the owner, which FORCE would otherwise shut out where it is no superuser.
        op.execute(f"CREATE POLICY owner_functions ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    # Found by the hash of a secret, before anyone is known.
    grant(op, "auth_challenges")
    for signature, body in _FUNCTIONS.items():
        bind.exec_driver_sql(f"CREATE FUNCTION {signature} {body}")
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")
    op.execute("ALTER TABLE organisations ADD COLUMN second_factor_required boolean NOT NULL DEFAULT false")
    op.execute(
        "ALTER TABLE user_sessions ADD COLUMN methods text[] NOT NULL DEFAULT '{password}', "
        "ADD COLUMN authenticated_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN strong_at timestamptz"
    )
    op.execute("UPDATE user_sessions SET authenticated_at = created_at")


def downgrade() -> None:
    op.execute("ALTER TABLE user_sessions DROP COLUMN methods, DROP COLUMN authenticated_at, DROP COLUMN strong_at")
    op.execute("ALTER TABLE organisations DROP COLUMN second_factor_required")
    for signature in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in ("auth_challenges", *_OWNED_BY_USER):
        op.execute(f"DROP TABLE {table}")
