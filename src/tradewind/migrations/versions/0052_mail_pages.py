"""What the pages of e-mail and consent keep: ways to find deliveries by sender, receiving domain and state."""

from alembic import op

revision = "0052"
down_revision = "0051"

_INDEXES = {
    "email_deliveries_of_sender": "(organisation_id, sender_id, created_at DESC, id DESC)",
    "email_deliveries_to_domain": "(organisation_id, domain, created_at DESC, id DESC)",
    # What went well is most of the table, and the newest rows have it anyway.
    "email_deliveries_in_trouble": "(organisation_id, status, created_at DESC, id DESC)"
    " WHERE status IN ('deferred', 'refused', 'bounced', 'complained')",
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON email_deliveries {columns}")


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
