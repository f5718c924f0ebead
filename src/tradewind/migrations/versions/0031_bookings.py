"""Bookings: signed links, mails sent once, whose turn it is, the waiting list; attachments of mails."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0031"
down_revision = "0030"

APP_ROLE = "tradewind_app"
TABLES = """
ALTER TABLE meeting_attendees ADD COLUMN booking_key text;
CREATE UNIQUE INDEX meeting_attendees_by_key ON meeting_attendees (organisation_id, booking_key);
CREATE TABLE mail_attachments (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    mail_id uuid NOT NULL REFERENCES mail_sink (id) ON DELETE CASCADE,
    name text NOT NULL,
    content_type text NOT NULL,
    size integer NOT NULL,
    content_sealed text NOT NULL
);
CREATE INDEX mail_attachments_of_mail ON mail_attachments (mail_id);
CREATE TABLE meeting_waiting (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    event_type_id uuid NOT NULL REFERENCES event_types (id) ON DELETE CASCADE,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'offered', 'booked', 'left')),
    name text NOT NULL,
    email text NOT NULL,
    phone text,
    time_zone text NOT NULL,
    language text NOT NULL,
    answers jsonb NOT NULL DEFAULT '{}',
    length integer NOT NULL,
    wanted_from timestamptz NOT NULL,
    wanted_until timestamptz NOT NULL,
    lead_id uuid,
    offered_meeting_id uuid REFERENCES meetings (id) ON DELETE SET NULL,
    offer_expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (wanted_from < wanted_until)
);
CREATE UNIQUE INDEX meeting_waiting_once ON meeting_waiting (event_type_id, lower(email))
    WHERE state IN ('waiting', 'offered');
CREATE INDEX meeting_waiting_order ON meeting_waiting (event_type_id, created_at, id)
    WHERE state IN ('waiting', 'offered');
CREATE TABLE meeting_offers (
    waiting_id uuid NOT NULL REFERENCES meeting_waiting (id) ON DELETE CASCADE,
    starts_at timestamptz NOT NULL,
    organisation_id uuid NOT NULL,
    offered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (waiting_id, starts_at)
);
CREATE TABLE meeting_links (
    token_hash bytea PRIMARY KEY,
    organisation_id uuid NOT NULL,
    meeting_id uuid REFERENCES meetings (id) ON DELETE CASCADE,
    attendee_id uuid REFERENCES meeting_attendees (id) ON DELETE CASCADE,
    waiting_id uuid REFERENCES meeting_waiting (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX meeting_links_of_meeting ON meeting_links (meeting_id);
CREATE TABLE meeting_mails (
    meeting_id uuid NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    recipient_id uuid NOT NULL,
    sequence integer NOT NULL,
    kind text NOT NULL,
    organisation_id uuid NOT NULL,
    sent_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (meeting_id, recipient_id, sequence, kind)
);
CREATE TABLE meeting_turns (
    meeting_id uuid NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    event_type_id uuid REFERENCES event_types (id) ON DELETE CASCADE,
    counted boolean NOT NULL,
    weight integer NOT NULL,
    because text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (meeting_id, user_id)
);
CREATE INDEX meeting_turns_newest ON meeting_turns (event_type_id, created_at DESC);
CREATE TABLE meeting_turn_credits (
    event_type_id uuid NOT NULL REFERENCES event_types (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    credit double precision NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_type_id, user_id)
);
"""
TENANT_TABLES = (
    "mail_attachments",
    "meeting_waiting",
    "meeting_offers",
    "meeting_links",
    "meeting_mails",
    "meeting_turns",
    "meeting_turn_credits",
)
# What a stranger's request must find before it is known which organisation it is about.
# Who is removed for good is forgotten here, too; the meeting itself stays what it was for its host.
FORGETTING = """
CREATE FUNCTION forget_attendee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE meeting_attendees SET name = '', email = id || '@removed.invalid', phone = NULL WHERE lead_id = OLD.id;
    UPDATE meetings SET answers = '{}', cancel_reason = NULL WHERE lead_id = OLD.id;
    RETURN OLD;
END $$
"""
FUNCTIONS = {
    "organisation_of_slug(wanted text)": """
        RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT o.id FROM organisations o WHERE o.slug = wanted $$""",
    "organisation_of_meeting_link(hash bytea)": """
        RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT l.organisation_id FROM meeting_links l WHERE l.token_hash = hash $$""",
}


def upgrade() -> None:
    bind = op.get_bind()
    for statement in TABLES.split(";\n"):
        if statement.strip():
            bind.exec_driver_sql(statement)
    for table in TENANT_TABLES:
        tenant_table(op, table)
    # The owner re-wraps keys when the master key changes.
    op.execute("CREATE POLICY owner_rewraps ON mail_attachments TO CURRENT_USER USING (true) WITH CHECK (true)")
    # The function runs as the owner, which FORCE would otherwise shut out where it is no superuser.
    op.execute("CREATE POLICY owner_functions ON meeting_links TO CURRENT_USER USING (true)")
    bind.exec_driver_sql(FORGETTING)
    bind.exec_driver_sql(
        "CREATE TRIGGER forget_attendee BEFORE DELETE ON leads FOR EACH ROW EXECUTE FUNCTION forget_attendee()"
    )
    for signature, body in FUNCTIONS.items():
        bind.exec_driver_sql(f"CREATE FUNCTION {signature} {body}")
        bind.exec_driver_sql(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        bind.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")


def downgrade() -> None:
    bind = op.get_bind()
    bind.exec_driver_sql("DROP TRIGGER forget_attendee ON leads")
    bind.exec_driver_sql("DROP FUNCTION forget_attendee")
    for signature in FUNCTIONS:
        bind.exec_driver_sql(f"DROP FUNCTION {signature}")
    for table in (
        "meeting_turn_credits", "meeting_turns", "meeting_mails", "meeting_links", "meeting_offers", "meeting_waiting",
        "mail_attachments",
    ):  # fmt: skip
        bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql("ALTER TABLE meeting_attendees DROP COLUMN booking_key")
