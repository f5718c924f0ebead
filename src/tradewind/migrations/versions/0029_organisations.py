"""Time zone and currency of an organisation."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE organisations ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',"
        " ADD COLUMN currency text NOT NULL DEFAULT 'EUR'"
    )
    op.execute("ALTER TABLE pipelines NO FORCE ROW LEVEL SECURITY")  # an owner who is no superuser would see none
    # What they worked with until now: their founder's zone, the currency of their first pipeline.
    op.execute("""
        UPDATE organisations SET
            time_zone = coalesce((
                SELECT u.time_zone FROM memberships m JOIN users u ON u.id = m.user_id
                WHERE m.organisation_id = organisations.id ORDER BY m.created_at LIMIT 1), time_zone),
            currency = coalesce((
                SELECT p.currency FROM pipelines p
                WHERE p.organisation_id = organisations.id AND p.is_default LIMIT 1), currency)
    """)
    op.execute("ALTER TABLE pipelines FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("ALTER TABLE organisations DROP COLUMN time_zone, DROP COLUMN currency")
