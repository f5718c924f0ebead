"""Identity: organisations, users, memberships, invitations, sessions, signing keys, audit log with hash chain."""

from alembic import op

from tradewind.kernel.tenancy import CURRENT_ORGANISATION, CURRENT_USER, grant, tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP_ROLE = "tradewind_app"

TABLES = """
CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    name text NOT NULL,
    slug text NOT NULL UNIQUE,
    is_sample boolean NOT NULL DEFAULT false,
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL,
    name text NOT NULL,
    email_verified_at timestamptz,
    locale text NOT NULL DEFAULT 'en',
    time_zone text NOT NULL DEFAULT 'UTC',
    preferences jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_by_address ON users (email_key);
CREATE UNIQUE INDEX users_one_owner_of_an_address ON users (email_key) WHERE email_verified_at IS NOT NULL;
CREATE TABLE user_passwords (
    id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    password_hash text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE memberships (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    removed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, user_id)
);
CREATE INDEX memberships_of_user ON memberships (user_id);
CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    email text NOT NULL,
    email_key text NOT NULL,
    role text NOT NULL,
    token_hash bytea UNIQUE,
    invited_by uuid,
    invited_by_name text NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX invitations_newest ON invitations (organisation_id, created_at DESC);
CREATE TABLE one_time_tokens (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    token_hash bytea NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX one_time_tokens_of_user ON one_time_tokens (user_id, purpose);
CREATE TABLE user_sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    active_organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    device text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT '',
    ip text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text
);
CREATE INDEX user_sessions_of_user ON user_sessions (user_id, last_used_at DESC);
CREATE TABLE refresh_tokens (
    id uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES user_sessions (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);
CREATE TABLE signing_keys (
    id uuid PRIMARY KEY,
    public_pem text NOT NULL,
    private_sealed text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz
);
CREATE TABLE login_throttles (
    id uuid PRIMARY KEY,
    failures integer NOT NULL,
    window_started_at timestamptz NOT NULL,
    locks integer NOT NULL,
    locked_until timestamptz
);
CREATE TABLE audit_log (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    ip text,
    request_id text,
    action text NOT NULL,
    subject_type text,
    subject_id text,
    before jsonb,
    after jsonb,
    reason text,
    row_digest bytea NOT NULL
);
CREATE INDEX audit_log_newest ON audit_log (organisation_id, id DESC);
CREATE INDEX audit_log_of_subject ON audit_log (organisation_id, subject_id, id DESC);
CREATE TABLE audit_chain (
    id uuid NOT NULL UNIQUE,
    organisation_id uuid NOT NULL,
    sequence bigint NOT NULL,
    row_digest bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (organisation_id, sequence)
);
CREATE TABLE audit_unsealed (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    row_digest bytea NOT NULL
);
CREATE INDEX audit_unsealed_order ON audit_unsealed (organisation_id, id);
"""

# What sign-in must read before it knows whom it acts for. Each function answers one exact question.
FUNCTIONS = {
    "all_organisation_ids()": """
        RETURNS SETOF uuid LANGUAGE sql STABLE
        AS $$ SELECT id FROM organisations ORDER BY id $$""",
    "identity_login_candidates(address text)": """
        RETURNS TABLE (user_id uuid, password_hash text, verified boolean, organisation_ids uuid[])
        LANGUAGE sql STABLE AS $$
            SELECT u.id, p.password_hash, u.email_verified_at IS NOT NULL,
                ARRAY(SELECT m.organisation_id FROM memberships m
                      WHERE m.user_id = u.id AND m.active AND m.removed_at IS NULL ORDER BY m.created_at)
            FROM users u JOIN user_passwords p ON p.id = u.id
            WHERE u.email_key = address
            ORDER BY u.email_verified_at NULLS LAST, u.created_at DESC LIMIT 2 $$""",
    "identity_refresh_token(hash bytea)": """
        RETURNS TABLE (token_id uuid, session_id uuid, user_id uuid, organisation_id uuid)
        LANGUAGE sql STABLE AS $$
            SELECT t.id, t.session_id, t.user_id, s.active_organisation_id
            FROM refresh_tokens t JOIN user_sessions s ON s.id = t.session_id
            WHERE t.token_hash = hash $$""",
    "identity_one_time_token(hash bytea, wanted text)": """
        RETURNS TABLE (token_id uuid, user_id uuid) LANGUAGE sql STABLE AS $$
            SELECT t.id, t.user_id FROM one_time_tokens t WHERE t.token_hash = hash AND t.purpose = wanted $$""",
    "identity_invitation(hash bytea)": """
        RETURNS TABLE (invitation_id uuid, organisation_id uuid) LANGUAGE sql STABLE AS $$
            SELECT i.id, i.organisation_id FROM invitations i WHERE i.token_hash = hash $$""",
    "identity_purge()": """
        RETURNS void LANGUAGE sql AS $$
            DELETE FROM one_time_tokens WHERE expires_at < now() - interval '7 days';
            DELETE FROM user_sessions WHERE least(expires_at, coalesce(revoked_at, expires_at))
                < now() - interval '30 days';
            DELETE FROM refresh_tokens WHERE expires_at < now() - interval '1 day';
            DELETE FROM login_throttles WHERE window_started_at < now() - interval '2 days' $$""",
    # Puts rows that could not wait for the chain into it. Waits for the lock, so that nothing is left behind.
    "audit_seal()": f"""
        RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(7203, hashtext(({CURRENT_ORGANISATION})::text));
            PERFORM audit_drain({CURRENT_ORGANISATION});
        END $$""",
}

# The chain is written at commit by a deferred trigger. If another transaction of the organisation holds the
# chain at that moment, the row is put aside instead of waiting, and the next writer (or audit_seal) adds it:
# writers never queue behind one another.
CHAIN = """
CREATE FUNCTION audit_append(organisation uuid, row_id uuid, digest bytea) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last_sequence bigint;
    last_hash bytea;
BEGIN
    SELECT c.sequence, c.hash INTO last_sequence, last_hash FROM audit_chain c
    WHERE c.organisation_id = organisation ORDER BY c.sequence DESC LIMIT 1;
    last_hash := coalesce(last_hash, sha256(convert_to('tradewind audit ' || organisation::text, 'UTF8')));
    INSERT INTO audit_chain (id, organisation_id, sequence, row_digest, hash)
    VALUES (row_id, organisation, coalesce(last_sequence, 0) + 1, digest, sha256(last_hash || digest));
END $$;
CREATE FUNCTION audit_drain(organisation uuid) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    waiting record;
BEGIN
    FOR waiting IN
        WITH taken AS (DELETE FROM audit_unsealed u WHERE u.organisation_id = organisation
                       RETURNING u.id, u.row_digest)
        SELECT id, row_digest FROM taken ORDER BY id
    LOOP
        PERFORM audit_append(organisation, waiting.id, waiting.row_digest);
    END LOOP;
END $$;
CREATE FUNCTION audit_on_insert() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Older snapshots would not see the head of the chain, so they always put the row aside.
    IF current_setting('transaction_isolation') = 'read committed'
        AND pg_try_advisory_xact_lock(7203, hashtext(NEW.organisation_id::text))
    THEN
        IF EXISTS (SELECT FROM audit_unsealed u WHERE u.organisation_id = NEW.organisation_id) THEN
            PERFORM audit_drain(NEW.organisation_id);
        END IF;
        PERFORM audit_append(NEW.organisation_id, NEW.id, NEW.row_digest);
    ELSE
        INSERT INTO audit_unsealed (id, organisation_id, row_digest)
        VALUES (NEW.id, NEW.organisation_id, NEW.row_digest);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_log_chain AFTER INSERT ON audit_log DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION audit_on_insert();
"""
_INTERNAL = ("audit_append(uuid, uuid, bytea)", "audit_drain(uuid)", "audit_on_insert()")
_OWNED_BY_USER = {
    "user_passwords": "id",
    "one_time_tokens": "user_id",
    "user_sessions": "user_id",
    "refresh_tokens": "user_id",
}


def upgrade() -> None:
    bind = op.get_bind()
    for statement in TABLES.split(";\n"):
        if statement.strip():
            bind.exec_driver_sql(statement)
    _isolate()
    for statement in CHAIN.split(";\nCREATE "):
        bind.exec_driver_sql(statement if statement.strip().startswith("CREATE") else f"CREATE {statement}")
    for signature, body in FUNCTIONS.items():
        bind.exec_driver_sql(f"CREATE FUNCTION {signature} {_definer(body)}")
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")
    for signature in _INTERNAL:
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")


def _definer(body: str) -> str:
    head, separator, rest = body.partition("AS $$")
    return f"{head} SECURITY DEFINER SET search_path = public, pg_temp {separator}{rest}"


def _isolate() -> None:
    mine = f"user_id = {CURRENT_USER}"
    tenant_table(op, "memberships", also=mine)
    tenant_table(op, "invitations")
    tenant_table(op, "audit_log", privileges="SELECT, INSERT")
    tenant_table(op, "audit_chain", privileges="SELECT")
    _force("audit_unsealed")

    _force("organisations")
    own = f"id = {CURRENT_ORGANISATION}"
    op.execute(f"CREATE POLICY tenant ON organisations USING ({own}) WITH CHECK ({own})")
    op.execute(
        "CREATE POLICY visible ON organisations FOR SELECT USING (id IN (SELECT m.organisation_id "
        f"FROM memberships m WHERE m.{mine} AND m.active AND m.removed_at IS NULL))"
    )
    grant(op, "organisations", "SELECT, INSERT, UPDATE")

    _force("users")
    self_only = f"id = {CURRENT_USER}"
    op.execute(f"CREATE POLICY own ON users USING ({self_only}) WITH CHECK ({self_only})")
    op.execute(
        "CREATE POLICY visible ON users FOR SELECT USING (id IN (SELECT m.user_id FROM memberships m "
        f"WHERE m.organisation_id = {CURRENT_ORGANISATION}))"
    )
    grant(op, "users", "SELECT, INSERT, UPDATE")

    for table, column in _OWNED_BY_USER.items():
        _force(table)
        condition = f"{column} = {CURRENT_USER}"
        op.execute(f"CREATE POLICY own ON {table} USING ({condition}) WITH CHECK ({condition})")
        grant(op, table)
    grant(op, "signing_keys", "SELECT, INSERT, UPDATE")
    grant(op, "login_throttles")

    # The functions below run as the owner, which FORCE would otherwise shut out where it is no superuser.
    for table in (
        "organisations", "users", "memberships", "invitations", "audit_chain", "audit_unsealed", *_OWNED_BY_USER
    ):  # fmt: skip
        op.execute(f"CREATE POLICY owner_functions ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")


def _force(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    bind = op.get_bind()
    bind.exec_driver_sql("DROP TRIGGER audit_log_chain ON audit_log")
    # Both look into memberships, which therefore could not be dropped before them.
    for table in ("organisations", "users"):
        bind.exec_driver_sql(f"DROP POLICY visible ON {table}")
    for signature in (*FUNCTIONS, *_INTERNAL):
        bind.exec_driver_sql(f"DROP FUNCTION {signature}")
    for table in (
        "audit_unsealed", "audit_chain", "audit_log", "login_throttles", "signing_keys", "refresh_tokens",
        "user_sessions", "one_time_tokens", "invitations", "memberships", "user_passwords", "users",
        "organisations",
    ):  # fmt: skip
        bind.exec_driver_sql(f"DROP TABLE {table}")
