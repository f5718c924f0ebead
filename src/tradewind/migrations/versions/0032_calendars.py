"""Calendars of hosts: vendors' apps, connections, calendars, what was written into them, rooms, feeds."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0032"
down_revision = "0031"

APP_ROLE = "tradewind_app"
_ORGANISATION = "organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE"
_USER = "user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE"
_CHANGED = "created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()"
_VENDOR = "vendor text NOT NULL CHECK (vendor IN ('google', 'microsoft', 'zoom'))"

TABLES = {
    "calendar_apps": f"""
        CREATE TABLE calendar_apps (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            {_VENDOR},
            client_id text NOT NULL,
            secret_sealed text NOT NULL,
            tenant text NOT NULL DEFAULT 'common',
            version integer NOT NULL DEFAULT 1,
            {_CHANGED},
            UNIQUE (organisation_id, vendor)
        )""",
    "calendar_connections": f"""
        CREATE TABLE calendar_connections (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            {_USER},
            kind text NOT NULL,
            label text NOT NULL,
            account text NOT NULL DEFAULT '',
            settings jsonb NOT NULL DEFAULT '{{}}',
            secret_sealed text,
            token_sealed text,
            token_expires_at timestamptz,
            state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'reconnect')),
            problem text,
            version integer NOT NULL DEFAULT 1,
            {_CHANGED}
        );
        CREATE INDEX calendar_connections_of_user ON calendar_connections (organisation_id, user_id)""",
    # `sync_token` belongs to the window up to `window_end`; `state_number` rises with each stored synchronisation.
    "calendars": f"""
        CREATE TABLE calendars (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            {_USER},
            connection_id uuid NOT NULL REFERENCES calendar_connections (id) ON DELETE CASCADE,
            remote_id text NOT NULL,
            name text NOT NULL,
            colour text,
            time_zone text,
            writable boolean NOT NULL DEFAULT false,
            is_primary boolean NOT NULL DEFAULT false,
            reads_busy boolean NOT NULL DEFAULT false,
            takes_meetings boolean NOT NULL DEFAULT false,
            sync_token text,
            window_end timestamptz,
            state_number bigint NOT NULL DEFAULT 0,
            checked_at timestamptz,
            synced_at timestamptz,
            problem text,
            skipped integer NOT NULL DEFAULT 0,
            truncated boolean NOT NULL DEFAULT false,
            channel_id text,
            channel_resource text,
            channel_expires_at timestamptz,
            {_CHANGED},
            UNIQUE (connection_id, remote_id)
        );
        CREATE UNIQUE INDEX calendars_taking_meetings ON calendars (organisation_id, user_id) WHERE takes_meetings;
        CREATE INDEX calendars_due ON calendars (checked_at NULLS FIRST) WHERE reads_busy OR takes_meetings""",
    # The copy of a meeting in a calendar. `starts_at` and `ends_at` are those last seen there; `fingerprint` is
    # of what was written. A row without `remote_id` is an intent: the vendor may have the event already.
    "calendar_copies": """
        CREATE TABLE calendar_copies (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            meeting_id uuid NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
            calendar_id uuid NOT NULL REFERENCES calendars (id) ON DELETE CASCADE,
            remote_id text,
            etag text,
            starts_at timestamptz,
            ends_at timestamptz,
            fingerprint text NOT NULL DEFAULT '',
            problem text,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (meeting_id, calendar_id)
        );
        CREATE INDEX calendar_copies_by_remote_id ON calendar_copies (calendar_id, remote_id)""",
    # A row without `reference` is an intent: the vendor may have made the room already.
    "meeting_rooms": """
        CREATE TABLE meeting_rooms (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            meeting_id uuid NOT NULL UNIQUE REFERENCES meetings (id) ON DELETE CASCADE,
            connection_id uuid REFERENCES calendar_connections (id) ON DELETE SET NULL,
            kind text NOT NULL,
            reference text,
            join_url text,
            fingerprint text NOT NULL DEFAULT '',
            problem text,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        )""",
    "calendar_authorisations": f"""
        CREATE TABLE calendar_authorisations (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            {_USER},
            {_VENDOR},
            connection_id uuid REFERENCES calendar_connections (id) ON DELETE CASCADE,
            verifier_sealed text NOT NULL,
            expires_at timestamptz NOT NULL
        )""",
    "calendar_feeds": f"""
        CREATE TABLE calendar_feeds (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            {_USER},
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organisation_id, user_id)
        )""",
}
# Which calendars to look at now, over all organisations: those without a living channel every few minutes.
DUE = """
CREATE FUNCTION calendars_due(moment timestamptz, pause interval, pause_with_channel interval, at_most integer)
RETURNS TABLE (organisation_id uuid, calendar_id uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.organisation_id, c.id FROM calendars c JOIN calendar_connections n ON n.id = c.connection_id
    WHERE (c.reads_busy OR c.takes_meetings) AND n.state = 'active'
      AND (c.checked_at IS NULL OR c.checked_at < moment - CASE
            WHEN c.channel_expires_at > moment THEN pause_with_channel ELSE pause END)
    ORDER BY c.checked_at NULLS FIRST LIMIT at_most
$$"""
_SIGNATURE = "calendars_due(timestamptz, interval, interval, integer)"


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    bind.exec_driver_sql(DUE)
    # The function runs as the owner, which FORCE would otherwise shut out where it is no superuser.
    op.execute("CREATE POLICY owner_functions ON calendars FOR SELECT TO CURRENT_USER USING (true)")
    # The owner also re-wraps keys when the master key changes.
    for table in ("calendar_connections", "calendar_apps", "calendar_authorisations"):
        op.execute(f"CREATE POLICY owner_rewraps ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {_SIGNATURE} FROM PUBLIC")
    bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {_SIGNATURE} TO {APP_ROLE}")
    op.execute(
        "ALTER TABLE busy_times ADD CONSTRAINT busy_times_calendar "
        "FOREIGN KEY (calendar_id) REFERENCES calendars (id) ON DELETE CASCADE"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE busy_times DROP CONSTRAINT busy_times_calendar")
    op.execute(f"DROP FUNCTION {_SIGNATURE}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
