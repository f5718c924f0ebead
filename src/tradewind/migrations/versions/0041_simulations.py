"""Simulations: suites of made-up visitors, their runs, and what came of each conversation."""

from alembic import op

from tradewind.kernel.tenancy import tenant_table

revision = "0041"
down_revision = "0040"

TABLES = {
    "simulation_suites": """
        CREATE TABLE simulation_suites (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            agent_id uuid NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
            name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
            repetitions integer NOT NULL DEFAULT 3 CHECK (repetitions BETWEEN 1 AND 20),
            gate boolean NOT NULL DEFAULT false,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX simulation_suites_by_agent ON simulation_suites (agent_id)""",
    "simulation_cases": """
        CREATE TABLE simulation_cases (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            suite_id uuid NOT NULL REFERENCES simulation_suites (id) ON DELETE CASCADE,
            place integer NOT NULL GENERATED ALWAYS AS IDENTITY,
            name text NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
            visitor jsonb NOT NULL,
            checks jsonb NOT NULL,
            critical boolean NOT NULL DEFAULT true,
            conversation_id uuid REFERENCES conversations (id) ON DELETE SET NULL,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX simulation_cases_by_suite ON simulation_cases (suite_id, place)""",
    # `fingerprint` is of the draft that was tried; pass_k, low and high are 0 to 1.
    "simulation_runs": """
        CREATE TABLE simulation_runs (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            suite_id uuid NOT NULL REFERENCES simulation_suites (id) ON DELETE CASCADE,
            fingerprint text NOT NULL,
            repetitions integer NOT NULL,
            cases jsonb NOT NULL,
            state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'passed', 'failed', 'broken')),
            problem text NOT NULL DEFAULT '',
            total integer NOT NULL,
            passed integer NOT NULL DEFAULT 0,
            failed integer NOT NULL DEFAULT 0,
            pass_k double precision,
            pass_low double precision,
            pass_high double precision,
            cost_microusd bigint NOT NULL DEFAULT 0,
            started_by uuid,
            started_by_name text NOT NULL DEFAULT '',
            job_run_id uuid,
            created_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz
        );
        CREATE INDEX simulation_runs_newest ON simulation_runs (suite_id, created_at DESC, id DESC)""",
    "simulation_results": """
        CREATE TABLE simulation_results (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            run_id uuid NOT NULL REFERENCES simulation_runs (id) ON DELETE CASCADE,
            case_id uuid NOT NULL,
            attempt integer NOT NULL,
            conversation_id uuid REFERENCES conversations (id) ON DELETE SET NULL,
            passed boolean NOT NULL,
            failures jsonb NOT NULL DEFAULT '[]',
            turns integer NOT NULL,
            duration_ms integer NOT NULL,
            cost_microusd bigint NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (run_id, case_id, attempt)
        )""",
}


def upgrade() -> None:
    bind = op.get_bind()
    for table, statements in TABLES.items():
        for statement in statements.split(";\n"):
            bind.exec_driver_sql(statement)
        tenant_table(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
