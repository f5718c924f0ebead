"""Jobs of imports: analysing large files, running, undoing, and cleaning up after the undo days."""

import asyncio
from datetime import timedelta
from uuid import UUID

from tradewind.kernel.clock import now
from tradewind.kernel.errors import AppError, Unavailable
from tradewind.kernel.jobs import JobCancelled, JobContext, cron, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.leads.importing.limits import UNDO_DAYS
from tradewind.modules.leads.repository import imports as repository
from tradewind.modules.leads.service import import_files, import_run, import_undo, imports

_ATTEMPTS = 10
_HOURS = 3600


class OneImport(Schema):
    """The import to work on."""

    import_id: UUID


@job("leads.analyse_import", max_attempts=3)
async def analyse_import(context: JobContext, payload: OneImport) -> None:
    """Find out what a large upload is."""
    try:
        async with context.transaction() as session:
            entry = await imports.get(session, payload.import_id, lock=True)
            if entry.state == "uploaded":
                await imports.analyse(session, entry, context.database.settings.home)
    except Unavailable:
        raise
    except AppError as failure:
        async with context.transaction() as session:
            entry = await imports.get(session, payload.import_id, lock=True)
            entry.state, entry.problem, entry.finished_at = "failed", failure.detail, now()
        raise


@job("leads.run_import", max_attempts=_ATTEMPTS, timeout_seconds=12 * _HOURS)
async def run_import(context: JobContext, payload: OneImport) -> None:
    """Import the rows of a file; goes on after the checkpoint when started again."""
    try:
        await import_run.run(context, payload.import_id)
    except (AppError, JobCancelled, asyncio.CancelledError):
        raise
    except Exception as failure:
        if context.attempt >= _ATTEMPTS:
            await import_run.fail(context, payload.import_id, f"The import broke off: {failure}"[:500])
        raise


@job("leads.undo_import", max_attempts=_ATTEMPTS, timeout_seconds=12 * _HOURS)
async def undo_import(context: JobContext, payload: OneImport) -> None:
    """Take back what an import did."""
    await import_undo.run(context, payload.import_id)


@cron("leads.sweep_imports", "25 3 * * *")
async def sweep_imports(context: JobContext) -> None:
    """Remove uploads and undo data once they are no longer needed."""
    before = now() - timedelta(days=UNDO_DAYS + 1)
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            for import_id, storage_key in await repository.expired_files(session, before):
                await asyncio.to_thread(import_files.remove, context.database.settings.home, storage_key)
                entry = await repository.get(session, import_id, lock=True)
                if entry is not None:
                    entry.storage_key = ""
            await repository.forget_changes(session, before)
