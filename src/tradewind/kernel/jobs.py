"""Background work: declared with @job, enqueued in the caller's transaction, run by any worker.

A job's envelope carries who it acts for and the trace it belongs to. Failures are retried with backoff by error
class, and end in `dead_jobs` with their reason. A run (`start_run`) adds progress that people can watch and cancel.
"""

import asyncio
import random
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import job_runs, telemetry
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, actor_of, asyncpg_connection
from tradewind.kernel.errors import AppError, TooManyRequests, Unavailable
from tradewind.kernel.ids import new_id
from tradewind.kernel.schemas import Schema

log = structlog.get_logger(__name__)
P = TypeVar("P", bound=BaseModel)
_MAX_BACKOFF_SECONDS = 600.0


class Retry(Exception):
    """Raise in a job: try again after `after_seconds`."""

    def __init__(self, after_seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


class Reject(Exception):
    """Raise in a job: it can never succeed; no further attempts."""


class JobCancelled(Exception):
    """Someone asked this run to stop."""


class NoPayload(Schema):
    """For jobs that need nothing."""


@dataclass(frozen=True, slots=True)
class Job(Generic[P]):
    """A declared job."""

    name: str
    handler: Callable[["JobContext", P], Awaitable[None]]
    payload_type: type[P]
    max_attempts: int
    concurrency: int
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Cron:
    """A job on a schedule (UTC cron expression)."""

    expression: str
    job: Job[NoPayload]


@dataclass(frozen=True, slots=True)
class Request:
    """One job to enqueue."""

    job: Job[Any]
    payload: BaseModel
    run_after: timedelta | None = None
    dedupe_key: str | None = None
    priority: int = 0
    run_id: UUID | None = None
    limited: bool = False


_jobs: dict[str, Job[Any]] = {}
_crons: dict[str, Cron] = {}


def registered() -> dict[str, Job[Any]]:
    """All declared jobs by name."""
    return _jobs


def schedules() -> dict[str, Cron]:
    """All scheduled jobs by name."""
    return _crons


def register(
    name: str,
    handler: Callable[["JobContext", Any], Awaitable[None]],
    payload_type: type[P],
    *,
    max_attempts: int = 5,
    concurrency: int = 0,
    timeout_seconds: float = 3600,
) -> Job[P]:
    """Declare a job without the decorator; a second one of the same name is a mistake."""
    if name in _jobs:
        raise RuntimeError(f"job {name} is declared twice")
    _jobs[name] = Job(name, handler, payload_type, max_attempts, concurrency, timeout_seconds)
    return _jobs[name]


def job(
    name: str, *, max_attempts: int = 5, concurrency: int = 0, timeout_seconds: float = 3600
) -> Callable[[Callable[["JobContext", P], Awaitable[None]]], Job[P]]:
    """Declare `async def handler(context, payload)` as the job `module.verb`.

    `concurrency` 0 means unlimited, else how many run at once over all workers.
    """

    def decorate(handler: Callable[["JobContext", P], Awaitable[None]]) -> Job[P]:
        payload_type = handler.__annotations__["payload"]
        return register(
            name, handler, payload_type,
            max_attempts=max_attempts, concurrency=concurrency, timeout_seconds=timeout_seconds,
        )  # fmt: skip

    return decorate


def cron(name: str, expression: str) -> Callable[[Callable[["JobContext"], Awaitable[None]]], Job[NoPayload]]:
    """Declare `async def handler(context)` to run on a schedule; one worker runs each occurrence."""

    def decorate(handler: Callable[["JobContext"], Awaitable[None]]) -> Job[NoPayload]:
        async def run(context: JobContext, payload: NoPayload) -> None:
            await handler(context)

        entry = register(name, run, NoPayload)
        _crons[name] = Cron(expression, entry)
        return entry

    return decorate


@dataclass(slots=True)
class JobContext:
    """What a running job works with."""

    database: Database
    actor: Actor
    name: str
    attempt: int = 1
    run_id: UUID | None = None
    _last_progress: dict[str, Any] = field(default_factory=dict)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction of the job's actor; long jobs use several and check in progress between them."""
        async with self.database.transaction(self.actor) as session:
            yield session

    def as_organisation(self, organisation_id: UUID) -> "JobContext":
        """The same job acting inside one organisation (for scheduled jobs over all tenants)."""
        return replace(self, actor=Actor.system(organisation_id, self.actor.name))

    async def organisation_ids(self) -> list[UUID]:
        """All organisations of this installation."""
        async with self.transaction() as session:
            return list((await session.execute(text("SELECT all_organisation_ids()"))).scalars())

    async def progress(self, *, done: int | None = None, total: int | None = None, message: str | None = None) -> None:
        """Report rows done of total; shown live where people watch the run."""
        if self.run_id is not None:
            async with self.transaction() as session:
                # What a power failure takes, the next report tells again: it need not wait for the disk.
                await session.execute(text("SET LOCAL synchronous_commit = off"))
                await job_runs.report(session, self.run_id, done=done, total=total, message=message)

    async def raise_if_cancelled(self) -> None:
        """Raise JobCancelled once someone asked the run to stop."""
        if self.run_id is None:
            return
        async with self.transaction() as session:
            wanted = await session.scalar(
                text("SELECT cancel_requested FROM job_runs WHERE id = :id"), {"id": self.run_id}
            )
        if wanted:
            raise JobCancelled


async def enqueue(
    session: AsyncSession,
    entry: Job[P],
    payload: P,
    *,
    run_after: timedelta | None = None,
    dedupe_key: str | None = None,
    priority: int = 0,
) -> None:
    """Run `entry` once the session's transaction has committed.

    With a `dedupe_key`, nothing is added while a job of that key waits *or runs*: pair it with state of your own
    when news may arrive during a run.
    """
    await enqueue_many(session, [Request(entry, payload, run_after, dedupe_key, priority)])


async def enqueue_many(session: AsyncSession, requests: list[Request]) -> None:
    """Enqueue several jobs in one statement."""
    if not requests:
        return
    actor = actor_of(session)
    headers = telemetry.inject_headers()
    queries = Queries(AsyncpgDriver(await asyncpg_connection(session)))
    await queries.enqueue(
        [request.job.name for request in requests],
        [_envelope(request, actor, headers) for request in requests],
        [request.priority for request in requests],
        [request.run_after for request in requests],
        [request.dedupe_key for request in requests],
        on_conflict="skip",
    )


async def enqueue_envelope(session: AsyncSession, name: str, envelope: bytes) -> None:
    """Enqueue a stored envelope again, as it was (retry of a dead job)."""
    queries = Queries(AsyncpgDriver(await asyncpg_connection(session)))
    await queries.enqueue(name, envelope)


async def start_run(
    session: AsyncSession,
    entry: Job[P],
    payload: P,
    *,
    title: str,
    total: int | None = None,
    subject: str | None = None,
    for_everyone: bool = False,
) -> UUID:
    """Enqueue `entry` as a run with progress. `subject` links it, e.g. `import:<id>`. Returns the run's id.

    It sees the records that its starter sees now, unless it works `for_everyone`. (Other jobs and deliveries of events
    are consequences and see everything.)
    """
    run_id = await job_runs.insert(session, name=entry.name, title=title, total=total, subject=subject)
    await enqueue_many(session, [Request(entry, payload, run_id=run_id, limited=not for_everyone)])
    return run_id


def _envelope(request: Request, actor: Actor, headers: dict[str, str]) -> bytes:
    return orjson.dumps(
        {
            "organisation_id": getattr(request.payload, "organisation_id", None) or actor.organisation_id,
            "user_id": actor.user_id,
            "user_name": actor.name,
            "test": actor.test,
            "request_id": actor.request_id,
            "trace": headers,
            "run_id": request.run_id,
            "visible_owners": _limits(request, actor),
            "payload": request.payload.model_dump(mode="json"),
        },
        default=str,  # the driver's own UUID type is not known to orjson
    )


async def execute(database: Database, name: str, envelope: bytes | None, attempt: int) -> timedelta | None:
    """Run one job to its end. Returns the delay after which to try again, or None when it is finished.

    Finished means succeeded, cancelled, or failed for good and written to `dead_jobs`.
    """
    entry = _jobs[name]
    content = orjson.loads(envelope) if envelope else {}
    organisation_id = _uuid(content.get("organisation_id"))
    run_id = _uuid(content.get("run_id"))
    actor = Actor(
        kind="system",
        organisation_id=organisation_id,
        user_id=_uuid(content.get("user_id")),
        name=content.get("user_name") or "Tradewind",
        request_id=content.get("request_id"),
        visible_owners=_owners(content.get("visible_owners")),
        test=content.get("test", False),
    )
    context = JobContext(database, actor, name, attempt, run_id)
    with telemetry.job_span(name, content.get("trace") or {}, organisation_id=organisation_id) as span:
        try:
            await context.raise_if_cancelled()
            await _announce(context, "running")
            payload = entry.payload_type.model_validate(content.get("payload") or {})
            async with asyncio.timeout(entry.timeout_seconds):
                await entry.handler(context, payload)
        except JobCancelled:
            span.outcome = "cancelled"
            await _announce(context, "cancelled")
        except Exception as failure:
            delay = backoff(failure, attempt, entry.max_attempts)
            span.outcome = "dead" if delay is None else "retried"
            if delay is not None:
                log.warning("job.retry", job=name, attempt=attempt, after=delay, error=str(failure))
                return timedelta(seconds=delay)
            log.error("job.dead", job=name, attempt=attempt, error=str(failure), exc_info=failure)
            await _bury(context, content, failure)
            await _announce(context, "failed", error=_words(failure))
        else:
            await _announce(context, "succeeded")
    return None


def backoff(failure: Exception, attempt: int, max_attempts: int) -> float | None:
    """Seconds until the next attempt, or None to give up. Jittered so that herds spread out."""
    if isinstance(failure, Retry):
        return failure.after_seconds if attempt < max_attempts else None
    if isinstance(failure, Reject) or (
        isinstance(failure, AppError) and not isinstance(failure, Unavailable | TooManyRequests)
    ):
        return None
    if attempt >= max_attempts:
        return None
    asked = failure.retry_after_seconds if isinstance(failure, Unavailable | TooManyRequests) else 0
    return max(asked, min(_MAX_BACKOFF_SECONDS, 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0))  # noqa: S311


async def _announce(context: JobContext, state: str, error: str | None = None) -> None:
    if context.run_id is not None:
        async with context.transaction() as session:
            await job_runs.change_state(session, context.run_id, state, error=error)


async def _bury(context: JobContext, content: dict[str, Any], failure: Exception) -> None:
    async with context.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO dead_jobs (id, organisation_id, name, envelope, error_type, error_message, "
                "traceback, attempts, failed_at) VALUES (:id, :organisation_id, :name, "
                "CAST(:envelope AS jsonb), :error_type, :error_message, :traceback, :attempts, :failed_at)"
            ),
            {
                "id": new_id(),
                "organisation_id": context.actor.organisation_id,
                "name": context.name,
                "envelope": orjson.dumps(content).decode(),
                "error_type": type(failure).__name__,
                "error_message": _words(failure),
                "traceback": "".join(traceback.format_exception(failure))[-20_000:],
                "attempts": context.attempt,
                "failed_at": now(),
            },
        )


def _words(failure: Exception) -> str:
    return (str(failure) or type(failure).__name__).replace("\x00", "")[:2000]


def _limits(request: Request, actor: Actor) -> list[UUID] | None:
    return sorted(actor.visible_owners) if request.limited and actor.visible_owners is not None else None


def _owners(values: list[str] | None) -> frozenset[UUID] | None:
    return None if values is None else frozenset(map(UUID, values))


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None
