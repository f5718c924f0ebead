"""Consent, suppression and preferences, kept by contact point: they outlive the people they are about."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0044"
down_revision = "0043"

APP_ROLE = "tradewind_app"
_CHANNELS = "('email', 'sms', 'call', 'social', 'chat')"
_BASES = "('consent', 'contract', 'legitimate_interest', 'legal_obligation', 'vital_interest', 'public_task')"
_REASONS = "('unsubscribed', 'complaint', 'hard_bounce', 'do_not_call', 'manual', 'import', 'erased')"
_TABLES = (
    # Contact points are known by hashes under this key; sealed itself, so that master keys can be rotated.
    """
    CREATE TABLE privacy_keys (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL UNIQUE REFERENCES organisations (id) ON DELETE CASCADE,
        key_sealed text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )""",
    """
    CREATE TABLE consent_purposes (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        version integer NOT NULL DEFAULT 1,
        key text NOT NULL,
        name text NOT NULL,
        text text NOT NULL DEFAULT '',
        translations jsonb NOT NULL DEFAULT '{}',
        requires text NOT NULL CHECK (requires IN ('opt_in', 'soft_opt_in', 'none')),
        double_opt_in boolean NOT NULL DEFAULT false,
        listed boolean NOT NULL DEFAULT true,
        position integer NOT NULL DEFAULT 0,
        archived_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, key)
    )""",
    # How a contact point reads, as long as somebody may know: forgetting a person empties this and nothing else.
    """
    CREATE TABLE contact_points (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        contact_hash bytea NOT NULL,
        address_sealed text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organisation_id, contact_hash)
    )""",
    f"""
    CREATE TABLE consent_records (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        contact_hash bytea NOT NULL,
        channel text NOT NULL CHECK (channel IN {_CHANNELS}),
        purpose text NOT NULL,
        state text NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending')),
        basis text NOT NULL CHECK (basis IN {_BASES}),
        source text NOT NULL,
        proof jsonb NOT NULL DEFAULT '{{}}',
        person_id uuid,
        origin_id uuid,
        actor_name text NOT NULL DEFAULT '',
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX consent_records_of_contact ON consent_records (organisation_id, contact_hash, id DESC)",
    "CREATE INDEX consent_records_of_person ON consent_records (person_id) WHERE person_id IS NOT NULL",
    f"""
    CREATE TABLE consent_current (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        contact_hash bytea NOT NULL,
        channel text NOT NULL CHECK (channel IN {_CHANNELS}),
        purpose text NOT NULL,
        state text NOT NULL CHECK (state IN ('granted', 'withdrawn', 'pending')),
        basis text NOT NULL CHECK (basis IN {_BASES}),
        source text NOT NULL,
        at timestamptz NOT NULL,
        UNIQUE (organisation_id, contact_hash, channel, purpose)
    )""",
    "CREATE INDEX consent_current_of_purpose ON consent_current (organisation_id, purpose, state)",
    f"""
    CREATE TABLE suppressions (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        contact_hash bytea NOT NULL,
        channel text NOT NULL CHECK (channel IN {_CHANNELS}),
        scope text NOT NULL CHECK (scope IN ('all', 'marketing')),
        reason text NOT NULL CHECK (reason IN {_REASONS}),
        source text NOT NULL,
        note text NOT NULL DEFAULT '',
        at timestamptz NOT NULL,
        until timestamptz,
        actor_name text NOT NULL DEFAULT '',
        released_at timestamptz,
        released_by_name text NOT NULL DEFAULT '',
        release_note text NOT NULL DEFAULT ''
    )""",
    "CREATE UNIQUE INDEX suppressions_in_force ON suppressions (organisation_id, contact_hash, channel, reason)"
    " WHERE released_at IS NULL",
    "CREATE INDEX suppressions_newest ON suppressions (organisation_id, id DESC) WHERE released_at IS NULL",
    # What was asked for by a form and waits for a click in the mail; the ledger has the pending entry.
    f"""
    CREATE TABLE consent_confirmations (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        contact_hash bytea NOT NULL,
        channel text NOT NULL CHECK (channel IN {_CHANNELS}),
        purpose text NOT NULL,
        language text NOT NULL DEFAULT 'en',
        person_id uuid,
        proof jsonb NOT NULL DEFAULT '{{}}',
        requested_at timestamptz NOT NULL,
        mailed_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        confirmed_at timestamptz
    )""",
    "CREATE UNIQUE INDEX consent_confirmations_open ON consent_confirmations"
    " (organisation_id, contact_hash, channel, purpose) WHERE confirmed_at IS NULL",
    "CREATE INDEX consent_confirmations_of_person ON consent_confirmations (person_id) WHERE person_id IS NOT NULL",
)
_ISOLATED = (
    "privacy_keys",
    "consent_purposes",
    "contact_points",
    "consent_records",
    "consent_current",
    "suppressions",
    "consent_confirmations",
)
_APPEND_ONLY = "SELECT, INSERT"
# The ledger cannot be changed, but whom it is about must be forgotten on request: this and no more.
_FORGET = """
    CREATE FUNCTION privacy_forget_people(people uuid[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE consent_records SET person_id = NULL, proof = proof - ARRAY['note', 'document', 'ip']
        WHERE person_id = ANY (people)
          AND organisation_id = nullif(current_setting('app.org_id', true), '')::uuid
    $$"""


def upgrade() -> None:
    """Add the tables."""
    for statement in _TABLES:
        op.execute(statement)
    for table in _ISOLATED:
        tenant_table(op, table, **({"privileges": _APPEND_ONLY} if table == "consent_records" else {}))
    # A change of master keys works as the owner, and so does forgetting.
    for table in ("privacy_keys", "contact_points", "consent_records"):
        op.execute(f"CREATE POLICY owner_functions ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(_FORGET)
    op.execute("REVOKE ALL ON FUNCTION privacy_forget_people(uuid[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION privacy_forget_people(uuid[]) TO {APP_ROLE}")


def downgrade() -> None:
    """Forget all consents and suppressions."""
    op.execute("DROP FUNCTION privacy_forget_people(uuid[])")
    for table in reversed(_ISOLATED):
        op.execute(f"DROP TABLE {table}")
