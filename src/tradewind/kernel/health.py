"""Routes for orchestrators and monitoring: liveness, readiness, metrics."""

import asyncio
import os
from typing import Any

import structlog
from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tradewind import __version__
from tradewind.kernel.access import Actor, public
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import current_revision, head_revision
from tradewind.kernel.errors import NotFound, Unavailable
from tradewind.kernel.routing import Router
from tradewind.kernel.telemetry import REGISTRY, metrics_allowed

log = structlog.get_logger(__name__)
router = Router(base="", tags=["Operations"])
_READY_SECONDS = 3
# Jobs deferred into the future wait for nothing: age counts from the moment they are due.
_QUEUE = text("""
    SELECT status, count(*) AS jobs,
        coalesce(max(extract(epoch FROM clock_timestamp() - execute_after)), 0)::float8 AS oldest_seconds
    FROM pgqueuer WHERE execute_after <= clock_timestamp() GROUP BY status
""")


@router.get("/health/live", dependencies=[public("orchestrators ask without credentials")])
async def live() -> dict[str, str]:
    """The process runs and answers."""
    return {"status": "ok", "version": __version__}


@router.get("/health/ready", dependencies=[public("orchestrators ask without credentials")])
async def ready(request: Request) -> dict[str, str]:
    """The database answers and stands at a revision this version can work with."""
    state = request.app.state
    try:
        async with asyncio.timeout(_READY_SECONDS), state.database.transaction(Actor.system()) as session:
            await session.execute(text("SELECT 1"))
        if not getattr(state, "migrations_seen", False):
            found = await asyncio.wait_for(current_revision(state.database), _READY_SECONDS)
            if found != head_revision():
                raise Unavailable(
                    f"The database stands at revision {found}, this version needs {head_revision()}.",
                    code="kernel.migrations_pending",
                )
            # Remembered: during a rolling deploy the newer version moves the head on, and this one stays useful.
            state.migrations_seen = True
    except Unavailable:
        raise
    except Exception as error:
        log.warning("health.not_ready", error=str(error))
        raise Unavailable("The database does not answer.", code="kernel.database_unreachable") from error
    return {"status": "ready", "version": __version__}


@router.get("/metrics", include_in_schema=False, dependencies=[public("guarded by address or TRADEWIND_METRICS_TOKEN")])
async def metrics(request: Request) -> Response:
    """Prometheus metrics of this process, or of all of the machine when PROMETHEUS_MULTIPROC_DIR is set."""
    token: Any = getattr(getattr(request.app.state, "settings", None), "metrics_token", None)
    if not metrics_allowed(request.scope, token.get_secret_value() if token is not None else None):
        raise NotFound("Nothing is here.")
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    content = await asyncio.to_thread(generate_latest, registry)
    return Response(content + await database_metrics(request.app.state.database), media_type=CONTENT_TYPE_LATEST)


async def database_metrics(database: Database) -> bytes:
    """What only the database knows: whether it answers, and how far the workers are behind."""
    registry = CollectorRegistry()
    answers = Gauge("tradewind_database_up", "1 if the database answers this process.", registry=registry)
    try:
        async with asyncio.timeout(_READY_SECONDS), database.transaction(Actor.system()) as session:
            rows = {row.status: row for row in await session.execute(_QUEUE)}
    except (OSError, TimeoutError, SQLAlchemyError) as error:
        log.warning("health.no_queue_metrics", error=str(error))
        return generate_latest(registry)
    answers.set(1)
    jobs = Gauge("tradewind_queue_jobs", "Jobs that are due, by status.", ["status"], registry=registry)
    for status in ("queued", "picked"):
        jobs.labels(status).set(rows[status].jobs if status in rows else 0)
    Gauge("tradewind_queue_oldest_seconds", "How long the job that is due longest has waited.", registry=registry).set(
        rows["queued"].oldest_seconds if "queued" in rows else 0
    )
    return generate_latest(registry)
