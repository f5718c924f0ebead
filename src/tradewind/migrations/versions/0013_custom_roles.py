"""Custom roles, teams, whose records a transaction sees, and classes of custom fields."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table, visible_by_owner, visible_with

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The columns that say whose a record is; a record of nobody is seen only by those who see everything.
OWNED = {
    "leads": ("owner_id",),
    "deals": ("owner_id",),
    "tasks": ("assignee_id", "created_by"),
    "lead_imports": ("created_by",),
    "bulk_actions": ("created_by",),
}
# What hangs on such a record is seen with it: (column, table it points into).
WITH = {
    "activities": (("lead_id", "leads"), ("deal_id", "deals")),
    "notes": (("lead_id", "leads"), ("deal_id", "deals")),
    "files": (("lead_id", "leads"), ("deal_id", "deals")),
    "segment_members": (("lead_id", "leads"),),
    "routing_decisions": (("lead_id", "leads"),),
    "lead_scores": (("lead_id", "leads"),),
    "lead_merges": (("winner_id", "leads"),),
    "deal_stage_changes": (("deal_id", "deals"),),
    "lead_import_rejects": (("import_id", "lead_imports"),),
}


def upgrade() -> None:
    op.execute("""
        CREATE TABLE custom_roles (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            version integer NOT NULL DEFAULT 1,
            key text NOT NULL,
            name text NOT NULL,
            description text NOT NULL DEFAULT '',
            permissions text[] NOT NULL DEFAULT '{}',
            lead_visibility text NOT NULL DEFAULT 'all' CHECK (lead_visibility IN ('all', 'team', 'own')),
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organisation_id, key)
        )""")
    op.execute("CREATE UNIQUE INDEX custom_roles_by_name ON custom_roles (organisation_id, lower(name))")
    op.execute("""
        CREATE TABLE teams (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            version integer NOT NULL DEFAULT 1,
            name text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE UNIQUE INDEX teams_by_name ON teams (organisation_id, lower(name))")
    op.execute("""
        CREATE TABLE team_members (
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            team_id uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
            user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            PRIMARY KEY (team_id, user_id)
        )""")
    op.execute("CREATE INDEX team_members_of_user ON team_members (user_id, organisation_id)")
    for table in ("custom_roles", "teams", "team_members"):
        tenant_table(op, table)
    for table, columns in OWNED.items():
        visible_by_owner(op, table, *columns)
    for table, parents in WITH.items():
        visible_with(op, table, *parents)
    # NULL: for everybody who holds the permission; else only for those who see one of these owners' records.
    op.execute("ALTER TABLE realtime_messages ADD COLUMN owners uuid[]")
    op.execute(
        "ALTER TABLE custom_fields ADD COLUMN classification text NOT NULL DEFAULT 'internal' "
        "CHECK (classification IN ('internal', 'personal', 'contact', 'sensitive'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE custom_fields DROP COLUMN classification")
    op.execute("ALTER TABLE realtime_messages DROP COLUMN owners")
    for table in (*WITH, *OWNED):
        op.execute(f"DROP POLICY visible_owners ON {table}")
    for table in ("team_members", "teams", "custom_roles"):
        op.execute(f"DROP TABLE {table}")
