"""Kernel: job queue, job runs, dead letters, processed events, realtime messages, idempotency keys."""

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

from tradewind.kernel.tenancy import CURRENT_ORGANISATION, grant, grant_sequence, tenant_table

revision = "0001"
down_revision = None

_QUEUE_TABLES = ("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics")


def upgrade() -> None:
    bind = op.get_bind()
    bind.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
    for statement in _statements(QueryBuilderEnvironment().build_install_query()):
        bind.exec_driver_sql(statement)
    for table in _QUEUE_TABLES:
        grant(op, table)
    for sequence in ("pgqueuer_id_seq", "pgqueuer_schedules_id_seq", "pgqueuer_statistics_id_seq"):
        grant_sequence(op, sequence)

    op.execute("""
        CREATE TABLE job_runs (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            name text NOT NULL,
            title text NOT NULL,
            subject text,
            state text NOT NULL DEFAULT 'queued'
                CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
            done bigint NOT NULL DEFAULT 0,
            total bigint,
            message text,
            result jsonb,
            error text,
            cancel_requested boolean NOT NULL DEFAULT false,
            created_by uuid,
            created_by_name text,
            created_at timestamptz NOT NULL DEFAULT now(),
            started_at timestamptz,
            finished_at timestamptz,
            updated_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX job_runs_newest ON job_runs (organisation_id, created_at DESC, id DESC)")
    tenant_table(op, "job_runs")

    op.execute("""
        CREATE TABLE dead_jobs (
            id uuid PRIMARY KEY,
            organisation_id uuid,
            name text NOT NULL,
            envelope jsonb NOT NULL,
            error_type text NOT NULL,
            error_message text NOT NULL,
            traceback text NOT NULL,
            attempts integer NOT NULL,
            failed_at timestamptz NOT NULL DEFAULT now(),
            retried_at timestamptz
        )""")
    op.execute("CREATE INDEX dead_jobs_newest ON dead_jobs (organisation_id, failed_at DESC)")
    # Jobs of no organisation (clean-up and the like) are the system's own: seen only without a tenant.
    own = f"organisation_id IS NOT DISTINCT FROM {CURRENT_ORGANISATION}"
    op.execute("ALTER TABLE dead_jobs ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE dead_jobs FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON dead_jobs USING ({own}) WITH CHECK ({own})")
    grant(op, "dead_jobs")

    op.execute("""
        CREATE TABLE processed_events (
            subscriber text NOT NULL,
            event_id uuid NOT NULL,
            processed_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (subscriber, event_id)
        )""")
    op.execute("CREATE INDEX processed_events_age ON processed_events (processed_at)")
    grant(op, "processed_events", "SELECT, INSERT, DELETE")

    op.execute("""
        CREATE TABLE realtime_messages (
            id uuid PRIMARY KEY,
            organisation_id uuid NOT NULL,
            xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
            horizon bigint NOT NULL DEFAULT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint),
            type text NOT NULL,
            topic text NOT NULL,
            permission text,
            user_id uuid,
            data jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )""")
    op.execute("CREATE INDEX realtime_messages_replay ON realtime_messages (organisation_id, xid, id)")
    tenant_table(op, "realtime_messages")

    op.execute("""
        CREATE TABLE idempotency_keys (
            organisation_id uuid NOT NULL,
            actor text NOT NULL,
            key text NOT NULL,
            fingerprint bytea NOT NULL,
            claim uuid NOT NULL,
            state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'committed', 'answered')),
            claimed_until timestamptz NOT NULL,
            status smallint,
            headers jsonb,
            body bytea,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (organisation_id, actor, key)
        )""")
    op.execute("CREATE INDEX idempotency_keys_age ON idempotency_keys (organisation_id, created_at)")
    tenant_table(op, "idempotency_keys")


def downgrade() -> None:
    for table in ("idempotency_keys", "realtime_messages", "processed_events", "dead_jobs", "job_runs"):
        op.execute(f"DROP TABLE {table}")
    bind = op.get_bind()
    for statement in _statements(QueryBuilderEnvironment().build_uninstall_query()):
        bind.exec_driver_sql(statement)


def _statements(script: str) -> list[str]:
    """Split a script at semicolons that end a line, keeping $$-quoted bodies whole."""
    parts: list[str] = []
    current: list[str] = []
    quoted = False
    for line in script.splitlines():
        if line.startswith("--"):
            continue
        current.append(line)
        quoted ^= line.count("$$") % 2 == 1
        if line.rstrip().endswith(";") and not quoted:
            parts.append("\n".join(current))
            current = []
    return [part for part in parts if part.strip()]
