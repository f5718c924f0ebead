"""Hosts, availability, event types, meetings with their attendees and claims on hosts' time, and busy times."""

from alembic import op

from tradewind.kernel.tenancy import VISIBLE_OWNERS, tenant_table, visible_where, visible_with

revision = "0030"
down_revision = "0029"

_ORGANISATION = "organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE"
_USER = "user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE"
_CHANGED = "created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()"

TABLES = {
    # A small number for each host, which the guard of `meeting_claims` packs together with the time.
    "meeting_hosts": f"""
        CREATE TABLE meeting_hosts (
            number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            {_ORGANISATION},
            {_USER},
            PRIMARY KEY (organisation_id, user_id)
        )""",
    "availability_schedules": f"""
        CREATE TABLE availability_schedules (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            user_id uuid REFERENCES users (id) ON DELETE CASCADE,
            name text NOT NULL,
            time_zone text NOT NULL,
            is_default boolean NOT NULL DEFAULT false,
            weekly jsonb NOT NULL DEFAULT '[]',
            overrides jsonb NOT NULL DEFAULT '[]',
            holidays jsonb,
            version integer NOT NULL DEFAULT 1,
            {_CHANGED}
        );
        CREATE UNIQUE INDEX availability_schedules_default
            ON availability_schedules (organisation_id, user_id) NULLS NOT DISTINCT WHERE is_default""",
    "event_types": f"""
        CREATE TABLE event_types (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            slug text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
            title text NOT NULL,
            description text NOT NULL DEFAULT '',
            lengths integer[] NOT NULL DEFAULT '{{30}}',
            colour text NOT NULL DEFAULT '#228be6',
            location jsonb NOT NULL DEFAULT '{{"kind": "jitsi", "value": null}}',
            questions jsonb NOT NULL DEFAULT '[]',
            assignment text NOT NULL DEFAULT 'single' CHECK (assignment IN ('single', 'round_robin', 'collective')),
            lead_owner_first boolean NOT NULL DEFAULT false,
            buffer_before integer NOT NULL DEFAULT 0,
            buffer_after integer NOT NULL DEFAULT 0,
            minimum_notice integer NOT NULL DEFAULT 120,
            window_kind text NOT NULL DEFAULT 'rolling' CHECK (window_kind IN ('rolling', 'range', 'open')),
            window_days integer NOT NULL DEFAULT 60,
            window_start date,
            window_end date,
            increment integer NOT NULL DEFAULT 30,
            seats integer NOT NULL DEFAULT 1,
            limit_per_day integer,
            limit_per_week integer,
            requires_confirmation boolean NOT NULL DEFAULT false,
            cancellation_notice integer NOT NULL DEFAULT 0,
            cancellation_policy text NOT NULL DEFAULT '',
            reminders integer[] NOT NULL DEFAULT '{{1440,60}}',
            hidden boolean NOT NULL DEFAULT false,
            active boolean NOT NULL DEFAULT true,
            schedule_id uuid REFERENCES availability_schedules (id) ON DELETE SET NULL,
            version integer NOT NULL DEFAULT 1,
            {_CHANGED},
            deleted_at timestamptz
        );
        CREATE UNIQUE INDEX event_types_by_slug ON event_types (organisation_id, slug) WHERE deleted_at IS NULL""",
    "event_type_hosts": f"""
        CREATE TABLE event_type_hosts (
            event_type_id uuid NOT NULL REFERENCES event_types (id) ON DELETE CASCADE,
            organisation_id uuid NOT NULL,
            {_USER},
            weight integer NOT NULL DEFAULT 100,
            priority integer NOT NULL DEFAULT 2,
            schedule_id uuid REFERENCES availability_schedules (id) ON DELETE SET NULL,
            PRIMARY KEY (event_type_id, user_id)
        );
        CREATE INDEX event_type_hosts_of_user ON event_type_hosts (user_id, organisation_id)""",
    # `booked_by`: the member who booked it for somebody, who keeps seeing it.
    "meetings": f"""
        CREATE TABLE meetings (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            event_type_id uuid REFERENCES event_types (id) ON DELETE SET NULL,
            uid text NOT NULL,
            sequence integer NOT NULL DEFAULT 0,
            title text NOT NULL,
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL,
            state text NOT NULL CHECK (state IN ('held', 'pending', 'confirmed', 'cancelled')),
            held_until timestamptz,
            source text NOT NULL CHECK (source IN ('page', 'api', 'agent', 'staff', 'calcom')),
            lead_id uuid REFERENCES leads (id) ON DELETE SET NULL,
            location jsonb NOT NULL DEFAULT '{{}}',
            join_url text,
            answers jsonb NOT NULL DEFAULT '{{}}',
            assigned_because text NOT NULL DEFAULT '',
            owner_assigned boolean NOT NULL DEFAULT false,
            booked_by uuid REFERENCES users (id) ON DELETE SET NULL,
            cancelled_at timestamptz,
            cancelled_by text,
            cancel_reason text,
            no_show_at timestamptz,
            confirmed_by_attendee_at timestamptz,
            ended_recorded_at timestamptz,
            idempotency_key text,
            version integer NOT NULL DEFAULT 1,
            {_CHANGED},
            CHECK (ends_at > starts_at),
            UNIQUE (organisation_id, uid),
            UNIQUE (organisation_id, idempotency_key)
        );
        CREATE INDEX meetings_by_start ON meetings (organisation_id, starts_at, id);
        CREATE INDEX meetings_of_lead ON meetings (lead_id, starts_at) WHERE lead_id IS NOT NULL;
        CREATE INDEX meetings_of_event_type ON meetings (event_type_id, starts_at)""",
    "meeting_attendees": """
        CREATE TABLE meeting_attendees (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            meeting_id uuid NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
            name text NOT NULL,
            email text NOT NULL,
            phone text,
            time_zone text NOT NULL DEFAULT 'UTC',
            language text NOT NULL DEFAULT 'en',
            status text NOT NULL DEFAULT 'accepted'
                CHECK (status IN ('accepted', 'declined', 'cancelled', 'tentative')),
            no_show boolean NOT NULL DEFAULT false,
            lead_id uuid REFERENCES leads (id) ON DELETE SET NULL,
            seat integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE UNIQUE INDEX meeting_attendees_once ON meeting_attendees (meeting_id, lower(email))
            WHERE status <> 'cancelled';
        CREATE INDEX meeting_attendees_by_email ON meeting_attendees (organisation_id, lower(email));
        CREATE INDEX meeting_attendees_of_lead ON meeting_attendees (lead_id) WHERE lead_id IS NOT NULL""",
    # What a meeting takes of a host's time: all that finding free slots reads of meetings, and nothing about people.
    # Everyone's claims are seen by all, whatever their sight of meetings: else a slot could be shown and not booked.
    # `starts_at`–`ends_at` is the meeting itself. Buffers (minutes) keep other meetings away and may overlap
    # each other; they are judged where the slot is found, under the lock of the host.
    "meeting_claims": f"""
        CREATE TABLE meeting_claims (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            meeting_id uuid NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
            event_type_id uuid REFERENCES event_types (id) ON DELETE SET NULL,
            {_USER},
            host_number bigint NOT NULL,
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL,
            buffer_before integer NOT NULL DEFAULT 0 CHECK (buffer_before >= 0),
            buffer_after integer NOT NULL DEFAULT 0 CHECK (buffer_after >= 0),
            seats_taken integer NOT NULL DEFAULT 1,
            held_until timestamptz,
            live boolean NOT NULL DEFAULT true,
            CHECK (ends_at > starts_at AND starts_at >= '1970-01-01Z' AND ends_at < '2500-01-01Z')
        );
        CREATE INDEX meeting_claims_of_host ON meeting_claims (user_id, ends_at, starts_at) WHERE live;
        CREATE INDEX meeting_claims_of_meeting ON meeting_claims (meeting_id, user_id);
        CREATE INDEX meeting_claims_held ON meeting_claims (held_until) WHERE live AND held_until IS NOT NULL""",
    # What else hosts' calendars hold. The calendar's copy of a meeting of ours is left out: it would count twice.
    "busy_times": f"""
        CREATE TABLE busy_times (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            {_USER},
            calendar_id uuid,
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL,
            title text NOT NULL DEFAULT '',
            uid text NOT NULL DEFAULT '',
            source text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX busy_times_of_host ON busy_times (user_id, ends_at, starts_at);
        CREATE INDEX busy_times_of_calendar ON busy_times (calendar_id, uid)""",
}

# The last word against double bookings. There is no btree_gist to combine host and time, so both are packed into one
# number: the host's above, seconds since 1970 (less than 2³⁴) below.
GUARD = """
    ALTER TABLE meeting_claims ADD CONSTRAINT meeting_claims_one_at_a_time EXCLUDE USING gist (
        int8range(
            (host_number << 34) + extract(epoch FROM starts_at AT TIME ZONE 'UTC')::bigint,
            (host_number << 34) + extract(epoch FROM ends_at AT TIME ZONE 'UTC')::bigint
        ) WITH &&
    ) WHERE (live)"""
# The number comes from the host's row and nowhere else, so that no caller can hand in another one.
HOST_NUMBER = """
    CREATE FUNCTION meeting_claims_host() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT number INTO NEW.host_number FROM meeting_hosts
            WHERE organisation_id = NEW.organisation_id AND user_id = NEW.user_id;
        IF NEW.host_number IS NULL THEN
            INSERT INTO meeting_hosts (organisation_id, user_id) VALUES (NEW.organisation_id, NEW.user_id)
                ON CONFLICT (organisation_id, user_id) DO UPDATE SET user_id = excluded.user_id
                RETURNING number INTO NEW.host_number;
        END IF;
        RETURN NEW;
    END $$"""


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    bind.exec_driver_sql(GUARD)
    bind.exec_driver_sql(HOST_NUMBER)
    op.execute(
        "CREATE TRIGGER meeting_claims_host BEFORE INSERT OR UPDATE OF user_id ON meeting_claims "
        "FOR EACH ROW EXECUTE FUNCTION meeting_claims_host()"
    )
    visible_where(
        op,
        "meetings",
        f"booked_by = ANY ({VISIBLE_OWNERS})",
        f"EXISTS (SELECT FROM meeting_claims c WHERE c.meeting_id = meetings.id AND c.user_id = ANY ({VISIBLE_OWNERS}))",
        "EXISTS (SELECT FROM leads l WHERE l.id = meetings.lead_id)",
    )
    visible_with(op, "meeting_attendees", ("meeting_id", "meetings"))


def downgrade() -> None:
    # Its policy looks into the claims, which therefore could not be dropped before it.
    op.execute("DROP POLICY visible_owners ON meeting_attendees")
    op.execute("DROP POLICY visible_owners ON meetings")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION meeting_claims_host()")
