"""The worker role: runs jobs and schedules until told to stop. Any number of workers share one database."""

import asyncio
import contextlib
import signal
from datetime import timedelta

import asyncpg
import structlog
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job as QueuedJob
from pgqueuer.models import Schedule
from prometheus_client import start_http_server

from tradewind.kernel import clock, jobs, telemetry
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database
from tradewind.kernel.database.migrate import wait_until_migrated
from tradewind.modules import load_all
from tradewind.settings import Settings, get_settings

log = structlog.get_logger(__name__)
_RECONNECT_SECONDS = 2.0


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set; running jobs finish first. Survives the database going away and coming back."""
    load_all()
    database = await Database(settings).open()
    try:
        await wait_until_migrated(database)
        while not stop.is_set():
            try:
                await _run_until_broken(database, settings, stop)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ExceptionGroup) as failure:
                log.warning("worker.database_lost", error=str(failure), retry_seconds=_RECONNECT_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _RECONNECT_SECONDS)
    finally:
        await database.close()


async def _run_until_broken(database: Database, settings: Settings, stop: asyncio.Event) -> None:
    connection = await database.connect()
    queue = PgQueuer.from_asyncpg_connection(connection)
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    for entry in jobs.registered().values():
        _attach(queue, database, entry)
    for name, entry in jobs.schedules().items():
        _attach_schedule(queue, database, name, entry)
    log.info("worker.ready", jobs=len(jobs.registered()), schedules=len(jobs.schedules()))
    running = asyncio.create_task(
        queue.run(
            dequeue_timeout=timedelta(seconds=5),
            batch_size=max(1, settings.worker_concurrency // 2),
            max_concurrent_tasks=settings.worker_concurrency,
            heartbeat_timeout=timedelta(seconds=settings.job_heartbeat_seconds),
        )
    )
    enders = [asyncio.create_task(stop.wait()), asyncio.create_task(lost.wait())]
    try:
        await asyncio.wait([running, *enders], return_when=asyncio.FIRST_COMPLETED)
        queue.shutdown.set()
        if lost.is_set():
            running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        if lost.is_set() and not stop.is_set():
            raise ConnectionError("the connection to the database was lost")
    finally:
        for task in enders:
            task.cancel()
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=2)


def _attach(queue: PgQueuer, database: Database, entry: jobs.Job) -> None:
    @queue.entrypoint(entry.name, concurrency_limit=entry.concurrency)
    async def run(job: QueuedJob) -> None:
        delay = await jobs.execute(database, entry.name, job.payload, job.attempts + 1)
        if delay is not None:
            raise RetryRequested(delay=delay)


def _attach_schedule(queue: PgQueuer, database: Database, name: str, entry: jobs.Cron) -> None:
    @queue.schedule(name, entry.expression, clean_old=True)
    async def fire(schedule: Schedule) -> None:
        # Only enqueue: the work itself then has retries, heartbeat and a dead letter like any other job.
        async with database.transaction(Actor.system(name="Schedule")) as session:
            await jobs.enqueue(session, entry.job, jobs.NoPayload(), dedupe_key=f"{name}:{clock.now():%Y%m%d%H%M}")


def main() -> None:
    """Entry point of the process role."""
    settings = get_settings()
    telemetry.configure(settings, role="worker")
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr=settings.host, registry=telemetry.REGISTRY)
    uvloop.run(_main(settings))


async def _main(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    await run_worker(settings, stop)
