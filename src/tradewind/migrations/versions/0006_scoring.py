"""Models of the lead score, and every score a lead ever had."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables of scoring."""
    op.execute("""
        CREATE TABLE scoring_models (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            kind text NOT NULL DEFAULT 'conversion',
            version integer NOT NULL,
            algorithm text NOT NULL,
            status text NOT NULL CHECK (status IN ('candidate', 'champion', 'archived')),
            status_reason text NOT NULL DEFAULT '',
            rows integer NOT NULL,
            positives integer NOT NULL,
            metrics jsonb NOT NULL,
            card jsonb NOT NULL,
            artefact bytea NOT NULL,
            trained_at timestamptz NOT NULL,
            trained_by text NOT NULL DEFAULT '',
            promoted_at timestamptz,
            archived_at timestamptz,
            UNIQUE (organisation_id, kind, version)
        )""")
    op.execute("ALTER TABLE scoring_models ALTER COLUMN artefact SET STORAGE EXTERNAL")
    op.execute(
        "CREATE UNIQUE INDEX scoring_models_champion ON scoring_models (organisation_id, kind) "
        "WHERE status = 'champion'"
    )
    tenant_table(op, "scoring_models")

    op.execute("""
        CREATE TABLE lead_scores (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            lead_id uuid NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
            model_id uuid REFERENCES scoring_models (id),
            kind text NOT NULL CHECK (kind IN ('model', 'rules', 'insufficient')),
            score smallint CHECK (score BETWEEN 0 AND 100),
            probability real,
            band text CHECK (band IN ('hot', 'warm', 'cool', 'cold')),
            contributions jsonb NOT NULL,
            scored_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX lead_scores_newest ON lead_scores (lead_id, scored_at DESC, id DESC)")
    tenant_table(op, "lead_scores")


def downgrade() -> None:
    """Drop the tables of scoring."""
    op.execute("DROP TABLE lead_scores")
    op.execute("DROP TABLE scoring_models")
