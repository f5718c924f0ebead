"""Running an import: batches, each one transaction that moves the checkpoint with what it wrote."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import realtime
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.errors import AppError, Unavailable
from tradewind.kernel.events import publish
from tradewind.kernel.jobs import JobCancelled
from tradewind.modules.identity import api as identity
from tradewind.modules.leads.events import LeadsChanged, LeadsImported
from tradewind.modules.leads.importing.limits import BATCH_ROWS
from tradewind.modules.leads.importing.lines import LineWriter
from tradewind.modules.leads.importing.load import Author, BatchLoader
from tradewind.modules.leads.importing.plan import Plan
from tradewind.modules.leads.importing.readers import BrokenRow, Row
from tradewind.modules.leads.importing.reading import LeadDraft, RejectedRow, RowReader
from tradewind.modules.leads.importing.table import Layout, open_table
from tradewind.modules.leads.models.imports import LeadImport
from tradewind.modules.leads.repository import imports as repository
from tradewind.modules.leads.service.import_files import path_of

log = structlog.get_logger(__name__)
MAX_OPTIONS = 500
_KEPT_WARNINGS = 100
_IDS_PER_EVENT = 5_000
_LEARN_AFTER_BATCHES = frozenset({1, 5, 20, 80, 320})


class RunContext(Protocol):
    """What a run needs of its surroundings: a job, or a command that runs it on the spot."""

    @property
    def database(self) -> Database: ...

    @property
    def actor(self) -> Actor: ...

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]: ...

    async def progress(
        self, *, done: int | None = None, total: int | None = None, message: str | None = None
    ) -> None: ...

    async def raise_if_cancelled(self) -> None: ...


class TakenOver(Exception):
    """Another worker moved the checkpoint: this one stops without a trace."""


@dataclass(frozen=True, slots=True)
class _Batch:
    first: int
    last: int
    drafts: list[LeadDraft]
    rejects: list[RejectedRow]
    blank: int
    warnings: Counter[str]
    options: dict[str, list[str]]


async def run(context: RunContext, import_id: UUID, *, batch_rows: int = BATCH_ROWS) -> None:
    """Import the rows after the checkpoint. Safe to start again after a crash: nothing is lost or doubled."""
    async with context.transaction() as session:
        entry = await repository.get(session, import_id)
    if entry is None or entry.state != "running":
        return
    try:
        await _run(context, entry, batch_rows)
    except JobCancelled:
        await _end(context, import_id, "cancelled")
        raise
    except TakenOver:
        log.info("import.taken_over", import_id=str(import_id))
    except Unavailable:
        raise
    except AppError as failure:
        await _end(context, import_id, "failed", problem=failure.detail)
        raise


async def fail(context: RunContext, import_id: UUID, problem: str) -> None:
    """Give up: what was imported stays and can be undone."""
    await _end(context, import_id, "failed", problem=problem)


async def _run(context: RunContext, entry: LeadImport, batch_rows: int) -> None:
    assert entry.plan is not None
    assert entry.layout is not None
    plan = Plan.from_json(entry.plan)
    table = open_table(path_of(context.database.settings.home, entry.storage_key), Layout.from_json(entry.layout))
    author = Author("user" if entry.created_by else "system", entry.created_by, entry.created_by_name)
    loader = BatchLoader(
        plan, import_id=entry.id, organisation_id=entry.organisation_id, name=entry.name, author=author,
        # Who sees only some leads would lose sight of what they bring in; for others, routing finds the owners.
        owner_id=entry.created_by if context.actor.visible_owners is not None else None,
    )  # fmt: skip
    counts, warnings = Counter(entry.counts), Counter(entry.warnings)
    done, written = entry.rows_done, 0
    source = _Source(table.rows(start_after=done), RowReader(plan), LineWriter(plan), batch_rows)
    async with _learning(context) as learn:
        async for batch in _batches(source, done):
            await context.raise_if_cancelled()
            async with context.transaction() as session:
                connection = await asyncpg_connection(session)
                # Not to wait for the disk: a power failure takes the last batches back with their checkpoint, and
                # they are read again. The end of the import waits, and with it all before it is on the disk.
                await connection.execute("set local synchronous_commit = off")
                result = await loader.load(connection, batch.drafts, batch.rejects)
                counts += result.counts
                counts["blank"] += batch.blank
                _add_warnings(warnings, batch.warnings)
                await repository.extend_options(session, batch.options, MAX_OPTIONS)
                moved = await repository.checkpoint(
                    session, entry.id, expected=done, rows_done=batch.last,
                    counts={key: number for key, number in counts.items() if number}, warnings=dict(warnings),
                )  # fmt: skip
                if not moved:
                    raise TakenOver
                for start in range(0, len(result.changed), _IDS_PER_EVENT):
                    await publish(
                        session,
                        LeadsChanged(
                            lead_ids=result.changed[start : start + _IDS_PER_EVENT], changed=sorted(plan.targets)
                        ),
                    )
            done = batch.last
            written += 1
            if written in _LEARN_AFTER_BATCHES and done >= batch_rows:
                learned = learn()
                if written == 1:  # what is known of a new organisation decides how the next batch looks up its keys
                    await learned
            await context.progress(done=done, total=max(done, entry.rows_total or 0))
    await _end(context, entry.id, "done", rows_total=done)
    await context.progress(done=done, total=done)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where batches come from: rows of the file, read and written as lines for COPY."""

    rows: Iterator[Row | BrokenRow]
    reader: RowReader
    writer: LineWriter
    size: int

    def read(self, done: int) -> _Batch | None:
        """The next batch, or None at the end of the file."""
        taken: list[Row | BrokenRow] = []
        room = 24_000_000
        for row in islice(self.rows, self.size):
            taken.append(row)
            if isinstance(row, Row):
                room -= sum(map(len, row.cells))
            # Rows of huge cells make a batch end early, so that memory stays bounded.
            if room < 0:
                break
        if not taken:
            return None
        reader, write = self.reader, self.writer.write
        reader.warnings = Counter()
        known = {key: set(values) for key, values in reader.options.items()}
        drafts: list[LeadDraft] = []
        rejects: list[RejectedRow] = []
        for result in reader.read_all(taken):
            if isinstance(result, LeadDraft):
                result.line = write(result)
                drafts.append(result)
            elif result is not None:
                rejects.append(result)
        options = {
            key: sorted(values - known[key])[:MAX_OPTIONS]
            for key, values in reader.options.items() if values - known[key]
        }  # fmt: skip
        blank = len(taken) - len(drafts) - len(rejects)
        return _Batch(done + 1, taken[-1].number, drafts, rejects, blank, reader.warnings, options)


@asynccontextmanager
async def _learning(context: RunContext) -> AsyncIterator[Callable[[], asyncio.Task[None]]]:
    """Yields a function that lets the planner learn the grown tables beside the batches that follow."""

    async def learn() -> None:
        async with context.transaction() as session:
            await repository.learn_grown_tables(session)

    tasks: list[asyncio.Task[None]] = []

    def start() -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(learn()))
        return tasks[-1]

    try:
        yield start
    finally:
        await asyncio.gather(*tasks)


async def _batches(source: _Source, done: int) -> AsyncIterator[_Batch]:
    """Batches read ahead: while the database writes one, a thread reads the next."""
    upcoming = asyncio.create_task(asyncio.to_thread(source.read, done))
    try:
        while True:
            batch = await upcoming
            if batch is None:
                return
            upcoming = asyncio.create_task(asyncio.to_thread(source.read, batch.last))
            yield batch
    finally:
        if not upcoming.done():
            await asyncio.wait([upcoming])


def _add_warnings(warnings: Counter[str], news: Counter[str]) -> None:
    for message, number in news.items():
        if message in warnings or len(warnings) < _KEPT_WARNINGS:
            warnings[message] += number


async def _end(
    context: RunContext, import_id: UUID, state: str, *, problem: str | None = None, rows_total: int | None = None
) -> None:
    async with context.transaction() as session:
        entry = await repository.get(session, import_id, lock=True)
        if entry is None or entry.state != "running":
            return
        await finish(session, entry, state, problem=problem, rows_total=rows_total)


async def finish(
    session: AsyncSession, entry: LeadImport, state: str, *, problem: str | None = None, rows_total: int | None = None
) -> None:
    """Close a locked, running import and tell everyone what came of it."""
    entry.state, entry.problem, entry.finished_at = state, problem, now()
    if rows_total is not None:
        entry.rows_total = rows_total
    await session.flush()
    counts = entry.counts
    created = counts.get("created", 0)
    changed = counts.get("updated", 0) + counts.get("filled", 0)
    await identity.record(
        session, action=f"import.{'finished' if state == 'done' else state}", subject_type="import",
        subject_id=entry.id, after={"file": entry.name, **counts}, reason=problem,
    )  # fmt: skip
    if created or changed:
        await publish(session, LeadsImported(import_id=entry.id, created=created, updated=changed))
        await realtime.push(
            session, type="lead.new", topic="leads", permission="leads:read",
            data={"import_id": str(entry.id), "name": entry.name, "created": created, "updated": changed},
        )  # fmt: skip
