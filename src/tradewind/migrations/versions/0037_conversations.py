"""Conversations with their messages and files, hand-overs to people, the inbox's queues, ratings and feedback."""

from alembic import op

from tradewind.kernel.tenancy import VISIBLE_OWNERS, tenant_table, visible_where, visible_with

revision = "0037"
down_revision = "0036"

_ORGANISATION = "organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE"
_CONVERSATION = "conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE"
_CHANGED = "created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()"

TABLES = {
    # When people answer, and how fast they promise to: one row an organisation; without it the defaults of the model.
    "office_hours": f"""
        CREATE TABLE office_hours (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            time_zone text NOT NULL,
            weekly jsonb NOT NULL DEFAULT '[]',
            overrides jsonb NOT NULL DEFAULT '[]',
            holidays jsonb,
            first_reply_minutes integer NOT NULL CHECK (first_reply_minutes > 0),
            next_reply_minutes integer NOT NULL CHECK (next_reply_minutes > 0),
            close_after_hours integer NOT NULL CHECK (close_after_hours > 0),
            version integer NOT NULL DEFAULT 1,
            {_CHANGED},
            UNIQUE (organisation_id)
        )""",
    "inbox_queues": f"""
        CREATE TABLE inbox_queues (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            name text NOT NULL,
            assignment text NOT NULL DEFAULT 'manual' CHECK (assignment IN ('manual', 'round_robin')),
            is_default boolean NOT NULL DEFAULT false,
            first_reply_minutes integer CHECK (first_reply_minutes > 0),
            next_reply_minutes integer CHECK (next_reply_minutes > 0),
            email text,
            version integer NOT NULL DEFAULT 1,
            {_CHANGED}
        );
        CREATE UNIQUE INDEX inbox_queues_by_name ON inbox_queues (organisation_id, lower(name));
        CREATE UNIQUE INDEX inbox_queues_default ON inbox_queues (organisation_id) WHERE is_default""",
    # `last_assigned_at` is the round robin: whose turn was longest ago is next.
    "inbox_queue_members": """
        CREATE TABLE inbox_queue_members (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            queue_id uuid NOT NULL REFERENCES inbox_queues (id) ON DELETE CASCADE,
            user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            last_assigned_at timestamptz,
            UNIQUE (queue_id, user_id)
        );
        CREATE INDEX inbox_queue_members_of_user ON inbox_queue_members (user_id, queue_id)""",
    "conversation_numbers": """
        CREATE TABLE conversation_numbers (
            organisation_id uuid PRIMARY KEY REFERENCES organisations (id) ON DELETE CASCADE,
            last bigint NOT NULL
        )""",
    # `waiting_since`: how long the visitor has waited for a person. `breached_at`: the promise now due was broken.
    # `turn_id` and `turn_until` are the lease of whoever makes the agent's next answer.
    "conversations": f"""
        CREATE TABLE conversations (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            number bigint NOT NULL,
            channel text NOT NULL CHECK (channel IN ('chat', 'email', 'call', 'social', 'test', 'simulation')),
            agent_id uuid,
            agent_version_id uuid,
            lead_id uuid REFERENCES leads (id) ON DELETE CASCADE,
            lead_verified boolean NOT NULL DEFAULT false,
            visitor_key text,
            start_key text,
            subject text NOT NULL DEFAULT '',
            language text,
            state text NOT NULL CHECK (state IN ('agent', 'waiting', 'person', 'snoozed', 'closed')),
            assignee_id uuid REFERENCES users (id) ON DELETE SET NULL,
            queue_id uuid REFERENCES inbox_queues (id) ON DELETE SET NULL,
            urgent boolean NOT NULL DEFAULT false,
            waiting_since timestamptz,
            first_reply_due_at timestamptz,
            next_reply_due_at timestamptz,
            breached_at timestamptz,
            snoozed_until timestamptz,
            last_sequence integer NOT NULL DEFAULT 0,
            answered_through integer NOT NULL DEFAULT 0,
            visitor_read_through integer NOT NULL DEFAULT 0,
            last_message_at timestamptz NOT NULL DEFAULT now(),
            last_visitor_at timestamptz,
            preview text NOT NULL DEFAULT '',
            turn_id uuid,
            turn_until timestamptz,
            opted_out boolean NOT NULL DEFAULT false,
            memory jsonb NOT NULL DEFAULT '{{}}',
            outcome text CHECK (outcome IN ('confirmed', 'abandoned', 'escalated', 'reopened')),
            reopened integer NOT NULL DEFAULT 0,
            closed_at timestamptz,
            closed_by uuid REFERENCES users (id) ON DELETE SET NULL,
            summary jsonb,
            version integer NOT NULL DEFAULT 1,
            {_CHANGED},
            UNIQUE (organisation_id, number),
            UNIQUE (organisation_id, start_key),
            CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
            CHECK ((state = 'snoozed') = (snoozed_until IS NOT NULL)),
            CHECK (state <> 'waiting' OR waiting_since IS NOT NULL)
        );
        CREATE INDEX conversations_newest ON conversations (organisation_id, last_message_at DESC, id DESC);
        CREATE INDEX conversations_open ON conversations (organisation_id, state, assignee_id, queue_id)
            WHERE state <> 'closed';
        CREATE INDEX conversations_of_visitor ON conversations (organisation_id, visitor_key, id DESC)
            WHERE visitor_key IS NOT NULL;
        CREATE INDEX conversations_of_lead ON conversations (lead_id, id DESC) WHERE lead_id IS NOT NULL;
        CREATE INDEX conversations_closed ON conversations (organisation_id, closed_at) WHERE closed_at IS NOT NULL""",
    "conversation_messages": f"""
        CREATE TABLE conversation_messages (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            {_CONVERSATION},
            sequence integer NOT NULL CHECK (sequence > 0),
            author text NOT NULL CHECK (author IN ('visitor', 'agent', 'member', 'system')),
            member_id uuid,
            member_name text NOT NULL DEFAULT '',
            kind text NOT NULL DEFAULT 'message' CHECK (kind IN ('message', 'note', 'event')),
            text text NOT NULL DEFAULT '' CHECK (length(text) <= 10000),
            data jsonb NOT NULL DEFAULT '{{}}',
            key text,
            delivered_at timestamptz,
            seen_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            words tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED,
            UNIQUE (conversation_id, sequence),
            UNIQUE (conversation_id, key)
        );
        CREATE INDEX conversation_messages_words ON conversation_messages USING gin (words);
        CREATE INDEX conversation_messages_age ON conversation_messages (organisation_id, created_at)""",
    "conversation_files": f"""
        CREATE TABLE conversation_files (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            {_CONVERSATION},
            message_id uuid REFERENCES conversation_messages (id) ON DELETE CASCADE,
            name text NOT NULL,
            media_type text NOT NULL,
            size_bytes bigint NOT NULL,
            sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{{64}}$'),
            storage_key text NOT NULL,
            scan text NOT NULL CHECK (scan IN ('clean', 'refused')),
            scan_reason text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX conversation_files_of ON conversation_files (conversation_id, id);
        CREATE INDEX conversation_files_by_key ON conversation_files (storage_key)""",
    # One hand-over of a conversation is open at a time, and an agent hands over once a visitor's message at most.
    "handovers": f"""
        CREATE TABLE handovers (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            {_CONVERSATION},
            state text NOT NULL CHECK (state IN ('waiting', 'offline', 'accepted', 'returned', 'expired', 'ended')),
            reason text NOT NULL DEFAULT '',
            requested_by text NOT NULL CHECK (requested_by IN ('agent', 'visitor', 'member', 'policy')),
            requested_at timestamptz NOT NULL,
            at_sequence integer NOT NULL,
            due_at timestamptz,
            accepted_by uuid REFERENCES users (id) ON DELETE SET NULL,
            accepted_at timestamptz,
            first_reply_at timestamptz,
            ended_at timestamptz,
            CHECK ((state IN ('returned', 'expired', 'ended')) = (ended_at IS NOT NULL)),
            CHECK (state NOT IN ('accepted', 'returned', 'ended') OR accepted_at IS NOT NULL)
        );
        CREATE UNIQUE INDEX handovers_open ON handovers (conversation_id)
            WHERE state IN ('waiting', 'offline', 'accepted');
        CREATE UNIQUE INDEX handovers_not_looped ON handovers (conversation_id, at_sequence)
            WHERE requested_by IN ('agent', 'policy');
        CREATE INDEX handovers_of ON handovers (conversation_id, requested_at);
        CREATE INDEX handovers_age ON handovers (organisation_id, requested_at)""",
    "canned_replies": f"""
        CREATE TABLE canned_replies (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            shortcut text NOT NULL,
            title text NOT NULL,
            text text NOT NULL,
            owner_id uuid REFERENCES users (id) ON DELETE CASCADE,
            queue_id uuid REFERENCES inbox_queues (id) ON DELETE CASCADE,
            used integer NOT NULL DEFAULT 0,
            version integer NOT NULL DEFAULT 1,
            {_CHANGED}
        );
        CREATE UNIQUE INDEX canned_replies_by_shortcut ON canned_replies
            (organisation_id, lower(shortcut), owner_id, queue_id) NULLS NOT DISTINCT""",
    "conversation_ratings": f"""
        CREATE TABLE conversation_ratings (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            {_CONVERSATION},
            kind text NOT NULL CHECK (kind IN ('csat', 'nps')),
            score smallint NOT NULL,
            comment text NOT NULL DEFAULT '' CHECK (length(comment) <= 2000),
            channel text NOT NULL,
            rated_at timestamptz NOT NULL DEFAULT now(),
            CHECK (kind = 'csat' AND score BETWEEN 1 AND 5 OR kind = 'nps' AND score BETWEEN 0 AND 10),
            UNIQUE (conversation_id, kind)
        );
        CREATE INDEX conversation_ratings_newest ON conversation_ratings (organisation_id, kind, rated_at)""",
    "message_feedback": """
        CREATE TABLE message_feedback (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            message_id uuid NOT NULL REFERENCES conversation_messages (id) ON DELETE CASCADE,
            given_by text NOT NULL CHECK (given_by IN ('visitor', 'member')),
            member_id uuid,
            thumb smallint CHECK (thumb IN (-1, 1)),
            correction text NOT NULL DEFAULT '' CHECK (length(correction) <= 10000),
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE NULLS NOT DISTINCT (message_id, given_by, member_id)
        );
        CREATE INDEX message_feedback_newest ON message_feedback (organisation_id, updated_at)""",
    # What each member has read of a conversation.
    "conversation_reads": """
        CREATE TABLE conversation_reads (
            conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            organisation_id uuid NOT NULL,
            sequence integer NOT NULL,
            PRIMARY KEY (conversation_id, user_id)
        )""",
    # Who looks at a conversation now. Unlogged: it may be lost with a crash, and is old after seconds.
    "conversation_presence": f"""
        CREATE UNLOGGED TABLE conversation_presence (
            conversation_id uuid NOT NULL,
            user_id uuid NOT NULL,
            {_ORGANISATION},
            seen_at timestamptz NOT NULL,
            typing_until timestamptz,
            PRIMARY KEY (conversation_id, user_id)
        )""",
}
# What hangs on a conversation is seen with it.
WITH_CONVERSATION = (
    "conversation_messages",
    "conversation_files",
    "handovers",
    "conversation_ratings",
    "conversation_reads",
    "conversation_presence",
)


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    # Who sees only some owners' records sees what is theirs, their leads' conversations, and what waits for them:
    # unassigned ones of their queues, and those that no queue has.
    visible_where(
        op,
        "conversations",
        f"assignee_id = ANY ({VISIBLE_OWNERS})",
        "EXISTS (SELECT FROM leads l WHERE l.id = conversations.lead_id)",
        "(assignee_id IS NULL AND state = 'waiting' AND (queue_id IS NULL OR EXISTS (SELECT FROM inbox_queue_members m "
        f"WHERE m.queue_id = conversations.queue_id AND m.user_id = ANY ({VISIBLE_OWNERS}))))",
    )
    for table in WITH_CONVERSATION:
        visible_with(op, table, ("conversation_id", "conversations"))
    visible_with(op, "message_feedback", ("message_id", "conversation_messages"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")
