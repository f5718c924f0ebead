"""Qualification flows with their versions, and the runs of visitors through them with every answer."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table, visible_with

revision = "0039"
down_revision = "0038"

_ORGANISATION = "organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE"

TABLES = {
    "qualification_flows": f"""
        CREATE TABLE qualification_flows (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            name text NOT NULL,
            key text NOT NULL CHECK (key ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
            description text NOT NULL DEFAULT '',
            active boolean NOT NULL DEFAULT true,
            published_version_id uuid,
            draft jsonb NOT NULL,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            deleted_at timestamptz
        );
        CREATE UNIQUE INDEX qualification_flows_by_key ON qualification_flows (organisation_id, key)
        WHERE deleted_at IS NULL""",
    "qualification_flow_versions": f"""
        CREATE TABLE qualification_flow_versions (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            flow_id uuid NOT NULL REFERENCES qualification_flows (id) ON DELETE CASCADE,
            number integer NOT NULL CHECK (number > 0),
            definition jsonb NOT NULL,
            note text NOT NULL DEFAULT '',
            published_at timestamptz NOT NULL DEFAULT now(),
            published_by uuid,
            published_by_name text NOT NULL DEFAULT '',
            UNIQUE (flow_id, number)
        );
        ALTER TABLE qualification_flows ADD CONSTRAINT qualification_flows_published_version
        FOREIGN KEY (published_version_id) REFERENCES qualification_flow_versions (id) ON DELETE SET NULL""",
    # One run of a flow for one subject: two turns at once cannot start it twice.
    "qualification_runs": f"""
        CREATE TABLE qualification_runs (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            flow_version_id uuid NOT NULL REFERENCES qualification_flow_versions (id) ON DELETE CASCADE,
            subject text NOT NULL,
            subject_id uuid NOT NULL,
            lead_id uuid REFERENCES leads (id) ON DELETE CASCADE,
            language text NOT NULL DEFAULT 'en',
            state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'qualified', 'unqualified', 'incomplete')),
            score smallint CHECK (score BETWEEN 0 AND 100),
            outcome text,
            reasons jsonb NOT NULL DEFAULT '[]',
            attempts jsonb NOT NULL DEFAULT '{{}}',
            trial boolean NOT NULL DEFAULT false,
            lead_verified boolean NOT NULL DEFAULT false,
            finished_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now(),
            CHECK ((state = 'running') = (finished_at IS NULL))
        );
        CREATE UNIQUE INDEX qualification_runs_of_subject
        ON qualification_runs (organisation_id, subject, subject_id, flow_version_id);
        CREATE INDEX qualification_runs_of_version ON qualification_runs (flow_version_id, created_at DESC);
        CREATE INDEX qualification_runs_of_lead ON qualification_runs (lead_id) WHERE lead_id IS NOT NULL""",
    "qualification_answers": f"""
        CREATE TABLE qualification_answers (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            run_id uuid NOT NULL REFERENCES qualification_runs (id) ON DELETE CASCADE,
            place integer GENERATED ALWAYS AS IDENTITY,
            question_key text NOT NULL,
            value jsonb,
            quote text NOT NULL DEFAULT '',
            message_id uuid,
            state text NOT NULL CHECK (state IN ('stated', 'inferred', 'refused', 'corrected', 'known')),
            at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX qualification_answers_of_run ON qualification_answers (run_id, place);
        -- A turn that is taken again after a crash writes nothing twice.
        CREATE UNIQUE INDEX qualification_answers_once ON qualification_answers (run_id, question_key, message_id)
        WHERE message_id IS NOT NULL""",
    "qualification_alarms": f"""
        CREATE TABLE qualification_alarms (
            id uuid PRIMARY KEY,
            {_ORGANISATION},
            subject text NOT NULL,
            subject_id uuid NOT NULL,
            raised_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (organisation_id, subject, subject_id)
        )""",
}


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)
    visible_with(op, "qualification_runs", ("lead_id", "leads"))
    visible_with(op, "qualification_answers", ("run_id", "qualification_runs"))


def downgrade() -> None:
    op.execute("ALTER TABLE qualification_flows DROP CONSTRAINT qualification_flows_published_version")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
