"""Agents: drafts, published versions, and the log of their turns; conversations point at the agent that leads them."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table, visible_with

revision = "0038"
down_revision = "0037"

TABLES = {
    "agents": """
        CREATE TABLE agents (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
            active boolean NOT NULL DEFAULT true,
            is_default boolean NOT NULL DEFAULT false,
            published_version_id uuid,
            draft jsonb NOT NULL,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            deleted_at timestamptz
        );
        CREATE UNIQUE INDEX agents_one_default ON agents (organisation_id) WHERE is_default AND deleted_at IS NULL""",
    "agent_versions": """
        CREATE TABLE agent_versions (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            agent_id uuid NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
            number integer NOT NULL,
            settings jsonb NOT NULL,
            published_at timestamptz NOT NULL DEFAULT now(),
            published_by uuid,
            gate jsonb,
            UNIQUE (agent_id, number)
        );
        ALTER TABLE agents ADD FOREIGN KEY (published_version_id) REFERENCES agent_versions (id)
            ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED""",
    # `afterwards` is what the agent is in the middle of once the turn has settled: the next turn begins with it.
    "agent_turns": """
        CREATE TABLE agent_turns (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            conversation_id uuid NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            message_sequence integer NOT NULL,
            version_id uuid REFERENCES agent_versions (id) ON DELETE SET NULL,
            outcome text NOT NULL CHECK (outcome IN ('settled', 'dropped')),
            dropped_because text,
            language text,
            proposed jsonb NOT NULL DEFAULT '[]',
            decisions jsonb NOT NULL DEFAULT '[]',
            findings jsonb NOT NULL DEFAULT '[]',
            retrieved jsonb NOT NULL DEFAULT '[]',
            afterwards jsonb NOT NULL DEFAULT '{}',
            made_by text NOT NULL CHECK (made_by IN ('local', 'model')),
            model text,
            fell_back_because text,
            cost_microusd bigint NOT NULL DEFAULT 0,
            duration_ms integer NOT NULL,
            overhead_ms integer NOT NULL,
            variant text,
            propensity real,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX agent_turns_newest ON agent_turns (conversation_id, created_at DESC, id DESC);
        CREATE UNIQUE INDEX agent_turns_one_answer ON agent_turns (conversation_id, message_sequence)
            WHERE outcome = 'settled'""",
}


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    visible_with(op, "agent_turns", ("conversation_id", "conversations"))
    for column, table in (("agent_id", "agents"), ("agent_version_id", "agent_versions")):
        op.create_foreign_key(
            f"conversations_{column}_fkey", "conversations", table, [column], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    for column in ("agent_id", "agent_version_id"):
        op.drop_constraint(f"conversations_{column}_fkey", "conversations")
    op.execute("DROP TABLE agent_turns")
    op.execute("ALTER TABLE agents DROP COLUMN published_version_id")
    op.execute("DROP TABLE agent_versions")
    op.execute("DROP TABLE agents")
