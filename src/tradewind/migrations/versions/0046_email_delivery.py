"""Senders, domains, bounces and replies of e-mail."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0046"
down_revision = "0045"

TABLES = {
    "email_domains": """
        CREATE TABLE email_domains (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            domain text NOT NULL CHECK (length(domain) BETWEEN 3 AND 253),
            selector text NOT NULL,
            private_key_sealed text NOT NULL,
            public_key text NOT NULL,
            checks jsonb NOT NULL DEFAULT '[]',
            aligned boolean NOT NULL DEFAULT false,
            checked_at timestamptz,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organisation_id, domain)
        )""",
    # `warmup_from` counts the days of the ramp; `domain_limits` are mails a minute by receiving domain.
    "email_senders": """
        CREATE TABLE email_senders (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            name text NOT NULL CHECK (length(name) <= 100),
            address text NOT NULL CHECK (length(address) BETWEEN 3 AND 254),
            reply_to text NOT NULL DEFAULT '',
            bounce_address text NOT NULL DEFAULT '',
            adapter text NOT NULL,
            settings jsonb NOT NULL DEFAULT '{}',
            secrets_sealed text,
            door text NOT NULL,
            is_default boolean NOT NULL DEFAULT false,
            rotates boolean NOT NULL DEFAULT true,
            state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'broken')),
            problem text,
            daily_limit integer CHECK (daily_limit > 0),
            warmup_from date,
            domain_limits jsonb NOT NULL DEFAULT '{}',
            broken_until timestamptz,
            resumed_at timestamptz,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organisation_id, address)
        );
        CREATE UNIQUE INDEX email_senders_default ON email_senders (organisation_id) WHERE is_default""",
    "email_sender_days": """
        CREATE TABLE email_sender_days (
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            sender_id uuid NOT NULL REFERENCES email_senders (id) ON DELETE CASCADE,
            day date NOT NULL,
            reserved integer NOT NULL DEFAULT 0,
            sent integer NOT NULL DEFAULT 0,
            delivered integer NOT NULL DEFAULT 0,
            hard integer NOT NULL DEFAULT 0,
            soft integer NOT NULL DEFAULT 0,
            complaints integer NOT NULL DEFAULT 0,
            replies integer NOT NULL DEFAULT 0,
            PRIMARY KEY (sender_id, day)
        )""",
    # What a receiving domain got in the present minute, and until when it asked for a rest.
    "email_paces": """
        CREATE TABLE email_paces (
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            sender_id uuid NOT NULL REFERENCES email_senders (id) ON DELETE CASCADE,
            domain text NOT NULL,
            minute timestamptz NOT NULL,
            sent integer NOT NULL DEFAULT 0,
            rests_until timestamptz,
            rests integer NOT NULL DEFAULT 0,
            PRIMARY KEY (sender_id, domain)
        )""",
    "email_deliveries": """
        CREATE TABLE email_deliveries (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            sender_id uuid REFERENCES email_senders (id) ON DELETE SET NULL,
            person_id uuid,
            campaign_id uuid,
            journey_id uuid,
            step_key text,
            purpose text NOT NULL,
            address_sealed text NOT NULL,
            domain text NOT NULL,
            subject text NOT NULL DEFAULT '',
            conversation_key text,
            provider text NOT NULL,
            provider_message_id text,
            status text NOT NULL DEFAULT 'sending'
                CHECK (status IN ('sending', 'sent', 'delivered', 'deferred', 'bounced', 'refused', 'complained')),
            bounce text NOT NULL DEFAULT 'none' CHECK (bounce IN ('none', 'soft', 'hard')),
            code text NOT NULL DEFAULT '',
            reason text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            settled_at timestamptz
        );
        CREATE INDEX email_deliveries_newest ON email_deliveries (organisation_id, created_at DESC, id DESC);
        CREATE INDEX email_deliveries_by_provider ON email_deliveries (provider, provider_message_id)
            WHERE provider_message_id IS NOT NULL;
        CREATE INDEX email_deliveries_by_person ON email_deliveries (person_id) WHERE person_id IS NOT NULL""",
    # Facts from outside; `source` and `key` make a repeated one known.
    "email_facts": """
        CREATE TABLE email_facts (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            delivery_id uuid REFERENCES email_deliveries (id) ON DELETE CASCADE,
            sender_id uuid REFERENCES email_senders (id) ON DELETE SET NULL,
            source text NOT NULL,
            key text NOT NULL,
            kind text NOT NULL,
            hard boolean NOT NULL DEFAULT false,
            address_hash bytea,
            code text NOT NULL DEFAULT '',
            reason text NOT NULL DEFAULT '',
            at timestamptz NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organisation_id, source, key)
        );
        CREATE INDEX email_facts_by_delivery ON email_facts (delivery_id);
        CREATE INDEX email_facts_soft ON email_facts (organisation_id, address_hash, at)
            WHERE address_hash IS NOT NULL""",
    # Ways in: a mailbox that is read by IMAP, or an address that takes raw mails by POST.
    "email_mailboxes": """
        CREATE TABLE email_mailboxes (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
            kind text NOT NULL CHECK (kind IN ('imap', 'post')),
            settings jsonb NOT NULL DEFAULT '{}',
            password_sealed text,
            door text NOT NULL,
            uid_validity bigint,
            last_uid bigint NOT NULL DEFAULT 0,
            active boolean NOT NULL DEFAULT true,
            problem text,
            read_at timestamptz,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        )""",
    "email_arrivals": """
        CREATE TABLE email_arrivals (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            mailbox_id uuid REFERENCES email_mailboxes (id) ON DELETE SET NULL,
            key text NOT NULL,
            kind text NOT NULL,
            message_id text NOT NULL DEFAULT '',
            in_reply_to text NOT NULL DEFAULT '',
            from_address text NOT NULL DEFAULT '',
            from_name text NOT NULL DEFAULT '',
            subject text NOT NULL DEFAULT '',
            text_sealed text,
            delivery_id uuid REFERENCES email_deliveries (id) ON DELETE SET NULL,
            person_id uuid,
            thread text NOT NULL DEFAULT '',
            bounce text NOT NULL DEFAULT 'none',
            code text NOT NULL DEFAULT '',
            reason text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organisation_id, key)
        );
        CREATE INDEX email_arrivals_newest ON email_arrivals (organisation_id, created_at DESC, id DESC)""",
}

# Sealed values are wrapped anew by the owner when keys rotate.
SEALED = ("email_domains", "email_senders", "email_deliveries", "email_mailboxes", "email_arrivals")


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    for table in SEALED:
        op.execute(f"CREATE POLICY owner_rewraps ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    # Mails that leave through a sender are no part of the sink that people read.
    bind.exec_driver_sql("ALTER TABLE mail_sink ADD COLUMN leaves boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE mail_sink DROP COLUMN leaves")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
