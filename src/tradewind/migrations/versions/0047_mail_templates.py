"""Mail templates and tracked links."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0047"
down_revision = "0046"

_TABLES = (
    """
    CREATE TABLE mail_templates (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        version integer NOT NULL DEFAULT 1,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        purpose text NOT NULL DEFAULT 'marketing',
        draft jsonb NOT NULL,
        published_version_id uuid,
        archived_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    "CREATE INDEX mail_templates_newest ON mail_templates (organisation_id, updated_at DESC, id DESC)",
    """
    CREATE TABLE mail_template_versions (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        template_id uuid NOT NULL REFERENCES mail_templates (id) ON DELETE CASCADE,
        number integer NOT NULL CHECK (number > 0),
        purpose text NOT NULL,
        content jsonb NOT NULL,
        note text NOT NULL DEFAULT '',
        published_at timestamptz NOT NULL DEFAULT now(),
        published_by uuid,
        published_by_name text NOT NULL DEFAULT '',
        UNIQUE (template_id, number)
    )""",
    "ALTER TABLE mail_templates ADD CONSTRAINT mail_templates_published FOREIGN KEY (published_version_id)"
    " REFERENCES mail_template_versions (id) ON DELETE SET NULL",
    """
    CREATE TABLE mail_settings (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL UNIQUE REFERENCES organisations (id) ON DELETE CASCADE,
        version integer NOT NULL DEFAULT 1,
        company_name text NOT NULL DEFAULT '',
        postal_address text NOT NULL DEFAULT '',
        track_clicks text NOT NULL DEFAULT 'always' CHECK (track_clicks IN ('off', 'with_consent', 'always')),
        track_opens text NOT NULL DEFAULT 'off' CHECK (track_opens IN ('off', 'with_consent', 'always')),
        tracking_purpose text NOT NULL DEFAULT '',
        sites text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )""",
    # Clicks and opens as they arrived; `human` is the probability of a person, none until it was judged.
    """
    CREATE TABLE mail_engagements (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('click', 'open')),
        message_id uuid NOT NULL,
        person_id uuid,
        version_id uuid NOT NULL,
        link integer,
        links integer NOT NULL DEFAULT 0,
        url text,
        rendered_at timestamptz NOT NULL,
        at timestamptz NOT NULL,
        user_agent text NOT NULL DEFAULT '',
        network text NOT NULL DEFAULT '',
        human real CHECK (human BETWEEN 0 AND 1),
        browser text
    )""",
    "CREATE INDEX mail_engagements_unjudged ON mail_engagements (organisation_id, at) WHERE human IS NULL",
    "CREATE INDEX mail_engagements_of_message ON mail_engagements (message_id, at)",
    "CREATE INDEX mail_engagements_of_version ON mail_engagements (version_id, kind, at)",
    "CREATE INDEX mail_engagements_of_person ON mail_engagements (person_id) WHERE person_id IS NOT NULL",
    # What was found at the addresses that published mails lead to.
    """
    CREATE TABLE mail_link_checks (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
        address text NOT NULL,
        status integer,
        problem text NOT NULL DEFAULT '',
        dead boolean NOT NULL DEFAULT false,
        checked_at timestamptz NOT NULL,
        UNIQUE (organisation_id, address)
    )""",
)
_ISOLATED = ("mail_templates", "mail_template_versions", "mail_settings", "mail_engagements", "mail_link_checks")


def upgrade() -> None:
    """Add the tables."""
    for statement in _TABLES:
        op.execute(statement)
    for table in _ISOLATED:
        tenant_table(op, table)
    op.execute("ALTER TABLE mail_sink ADD COLUMN html_sealed text")


def downgrade() -> None:
    """Remove them."""
    op.execute("ALTER TABLE mail_sink DROP COLUMN html_sealed")
    op.execute("ALTER TABLE mail_templates DROP CONSTRAINT mail_templates_published")
    for table in reversed(_ISOLATED):
        op.execute(f"DROP TABLE {table}")
