"""Background work over HTTP: runs with progress, cancel, dead letters and their retry."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Query
from sqlalchemy import text

from tradewind.kernel import job_runs, jobs
from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.clock import now
from tradewind.kernel.errors import Conflict, NotFound
from tradewind.kernel.routing import Router
from tradewind.kernel.schemas import Schema

router = Router(prefix="/jobs", tags=["Jobs"])


class JobRunNotFound(NotFound):
    code = "jobs.run_not_found"
    title = "No such run"


class DeadJobNotFound(NotFound):
    code = "jobs.dead_job_not_found"
    title = "No such failed job"


class RunEnded(Conflict):
    code = "jobs.run_ended"
    title = "The run has already ended"


class JobRunRead(Schema):
    """A run and how far it is. `seconds_left` is an estimate from the pace so far."""

    id: UUID
    name: str
    title: str
    subject: str | None
    state: str
    done: int
    total: int | None
    message: str | None
    result: dict[str, Any] | None
    error: str | None
    cancel_requested: bool
    created_by_name: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds_left: float | None = None


class JobRunPage(Schema):
    """The newest runs first."""

    items: list[JobRunRead]


class DeadJobRead(Schema):
    """A job that failed for good, and why."""

    id: UUID
    name: str
    error_type: str
    error_message: str
    attempts: int
    failed_at: datetime
    retried_at: datetime | None


class DeadJobPage(Schema):
    """The newest failures first."""

    items: list[DeadJobRead]


Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("", dependencies=[requires("jobs:read")])
async def list_runs(session: Session, limit: Limit = 50) -> JobRunPage:
    """The newest runs of the organisation."""
    rows = await session.execute(
        text("SELECT * FROM job_runs ORDER BY created_at DESC, id DESC LIMIT :limit"), {"limit": limit}
    )
    return JobRunPage(items=[_run(row) for row in rows.mappings()])


@router.get("/dead", dependencies=[requires("jobs:read")])
async def list_dead(session: Session, limit: Limit = 50) -> DeadJobPage:
    """Jobs that failed for good, newest first."""
    rows = await session.execute(text("SELECT * FROM dead_jobs ORDER BY failed_at DESC LIMIT :limit"), {"limit": limit})
    return DeadJobPage(items=[DeadJobRead.model_validate(dict(row)) for row in rows.mappings()])


@router.post("/dead/{dead_id}/retry", dependencies=[requires("jobs:write")])
async def retry_dead(dead_id: UUID, session: Session, actor: CurrentActor) -> DeadJobRead:
    """Put a failed job back into the queue, once."""
    row = (
        (
            await session.execute(
                text("UPDATE dead_jobs SET retried_at = :now WHERE id = :id AND retried_at IS NULL RETURNING *"),
                {"id": dead_id, "now": now()},
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        if await session.scalar(text("SELECT 1 FROM dead_jobs WHERE id = :id"), {"id": dead_id}):
            raise Conflict("This job was already put back into the queue.", code="jobs.already_retried")
        raise DeadJobNotFound
    if row["name"] not in jobs.registered():
        raise Conflict("This version no longer knows that job.", code="jobs.unknown_job")
    await jobs.enqueue_envelope(session, row["name"], orjson.dumps(row["envelope"]))
    return DeadJobRead.model_validate(dict(row))


@router.get("/{run_id}", dependencies=[requires("jobs:read")])
async def read_run(run_id: UUID, session: Session) -> JobRunRead:
    """One run."""
    row = (await session.execute(text("SELECT * FROM job_runs WHERE id = :id"), {"id": run_id})).mappings().first()
    if row is None:
        raise JobRunNotFound
    return _run(row)


@router.post("/{run_id}/cancel", dependencies=[requires("jobs:write")])
async def cancel_run(run_id: UUID, session: Session) -> JobRunRead:
    """Ask a run to stop at its next safe point; what it has finished stays."""
    before = await read_run(run_id, session)
    if not await job_runs.request_cancel(session, run_id):
        raise RunEnded(f"It ended as “{before.state}”.")
    return await read_run(run_id, session)


def _run(row: Any) -> JobRunRead:
    run = JobRunRead.model_validate(dict(row))
    if run.state == "running" and run.started_at and run.total and run.done:
        elapsed = max(now() - run.started_at, timedelta(0)).total_seconds()
        run.seconds_left = round(elapsed / run.done * max(run.total - run.done, 0), 1)
    return run
