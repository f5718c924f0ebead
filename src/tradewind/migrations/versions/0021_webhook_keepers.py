"""Keepers of webhook endpoints: members whose rights and sight decide what an endpoint hears of."""

from alembic import op

revision = "0021"
down_revision = "0020"

_BY_KEY = """
    UPDATE webhook_endpoints e SET keeper_id = k.created_by, keeper_name = u.name
    FROM audit_log a JOIN api_keys k ON k.id = a.actor_id JOIN users u ON u.id = k.created_by
    WHERE e.keeper_id IS NULL AND a.organisation_id = e.organisation_id AND a.actor_kind = 'api_key'
        AND a.action = 'webhook_endpoint.created' AND a.subject_id = e.id::text
"""
_PAUSED = """
    UPDATE webhook_endpoints SET state = 'paused',
        disabled_reason = 'Nobody is known to answer for this endpoint; set it going to do so.'
    WHERE keeper_id IS NULL AND state = 'active'
"""


def upgrade() -> None:
    op.execute(
        "ALTER TABLE webhook_endpoints ADD COLUMN keeper_id uuid, ADD COLUMN keeper_name text NOT NULL DEFAULT ''"
    )
    op.execute("UPDATE webhook_endpoints SET keeper_id = created_by, keeper_name = created_by_name")
    op.execute(_BY_KEY)
    op.execute(_PAUSED)


def downgrade() -> None:
    op.execute("ALTER TABLE webhook_endpoints DROP COLUMN keeper_id, DROP COLUMN keeper_name")
