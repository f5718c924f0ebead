"""Runs: the visible side of long jobs — progress, time left, cancel, result."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id

_INSERT = text("""
    INSERT INTO job_runs (id, organisation_id, name, title, subject, total, created_by, created_by_name)
    VALUES (:id, :organisation_id, :name, :title, :subject, :total, :user_id, :user_name)
""")
_REPORT = text("""
    UPDATE job_runs SET done = coalesce(:done, done), total = coalesce(:total, total),
        message = coalesce(:message, message), updated_at = now()
    WHERE id = :id
    RETURNING id, name, title, subject, state, done, total, message, error, started_at
""")
_CHANGE = text("""
    UPDATE job_runs SET state = :state, error = :error, updated_at = now(),
        started_at = CASE WHEN :state = 'running' THEN coalesce(started_at, now()) ELSE started_at END,
        finished_at = CASE WHEN :state IN ('succeeded', 'failed', 'cancelled') THEN now() END
    WHERE id = :id
    RETURNING id, name, title, subject, state, done, total, message, error, started_at
""")


async def insert(session: AsyncSession, *, name: str, title: str, total: int | None, subject: str | None) -> UUID:
    """Store a queued run of the job `name`; returns its id."""
    actor = actor_of(session)
    run_id = new_id()
    await session.execute(
        _INSERT,
        {
            "id": run_id,
            "organisation_id": actor.organisation_id,
            "name": name,
            "title": title,
            "subject": subject,
            "total": total,
            "user_id": actor.user_id,
            "user_name": actor.name,
        },
    )
    return run_id


async def report(
    session: AsyncSession, run_id: UUID, *, done: int | None, total: int | None, message: str | None
) -> None:
    """Store progress and show it to whoever watches."""
    row = (await session.execute(_REPORT, {"id": run_id, "done": done, "total": total, "message": message})).mappings()
    await _show(session, row.first())


async def change_state(session: AsyncSession, run_id: UUID, state: str, *, error: str | None = None) -> None:
    """Move a run to queued, running, succeeded, failed or cancelled."""
    rows = (await session.execute(_CHANGE, {"id": run_id, "state": state, "error": error})).mappings()
    await _show(session, rows.first())


async def store_result(session: AsyncSession, run_id: UUID, result: dict[str, Any]) -> None:
    """Keep what a run came to, for its result page."""
    await session.execute(
        text("UPDATE job_runs SET result = CAST(:result AS jsonb) WHERE id = :id"),
        {"id": run_id, "result": orjson.dumps(result, default=str).decode()},
    )


async def request_cancel(session: AsyncSession, run_id: UUID) -> bool:
    """Ask a run to stop at its next check; a queued one stops when it is picked. False if it had ended."""
    row = await session.execute(
        text(
            "UPDATE job_runs SET cancel_requested = true, updated_at = now() "
            "WHERE id = :id AND state IN ('queued', 'running') RETURNING 1"
        ),
        {"id": run_id},
    )
    return row.first() is not None


async def _show(session: AsyncSession, row: Any) -> None:
    if row is not None:
        await realtime.push(
            session,
            type="job.progress",
            topic="jobs",
            permission="leads:read",
            data={key: str(value) if isinstance(value, UUID) else value for key, value in row.items()},
        )
