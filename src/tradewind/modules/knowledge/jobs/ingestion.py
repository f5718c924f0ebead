"""Reading files, indexing documents, importing pairs."""

import asyncio
from datetime import timedelta
from uuid import UUID

from tradewind.kernel.clock import now
from tradewind.kernel.jobs import JobContext, cron, enqueue, job
from tradewind.kernel.schemas import Schema
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.repository import sources as sources_repository
from tradewind.modules.knowledge.service import ingestion, pair_import, store
from tradewind.modules.knowledge.service.ingestion import INDEX, SomeDocuments

_ATTEMPTS = 4
_HOUR = 3600
_LEFT_BEHIND = timedelta(minutes=10)
_SWEPT_AT_ONCE = 500
_REINDEXED_AT_ONCE = 20


class OneDocument(Schema):
    """The document to work on."""

    document_id: UUID


class OneSource(Schema):
    """The source to work on."""

    source_id: UUID


class PairFile(Schema):
    """The file to import, which nothing else refers to, and the source it goes into."""

    source_id: UUID
    file: str


@job(INDEX, max_attempts=_ATTEMPTS, concurrency=4)
async def index(context: JobContext, payload: SomeDocuments) -> None:
    """Make documents searchable."""
    await ingestion.index_all(context, payload.document_ids, last_attempt=context.attempt >= _ATTEMPTS)


@job("knowledge.read_file", max_attempts=_ATTEMPTS, concurrency=4)
async def read_file(context: JobContext, payload: OneDocument) -> None:
    """Take the text out of an uploaded file."""
    await ingestion.read_file(context, payload.document_id)


@job("knowledge.import_pairs", max_attempts=8, timeout_seconds=12 * _HOUR)
async def import_pairs(context: JobContext, payload: PairFile) -> None:
    """Import questions and answers from a file, and forget the file."""
    assert context.actor.organisation_id is not None
    path = store.path_of(context.database.settings.home, context.actor.organisation_id, payload.file)
    await pair_import.run(context, payload.source_id, path)
    await asyncio.to_thread(store.discard, path)


@job("knowledge.reindex", max_attempts=_ATTEMPTS, timeout_seconds=12 * _HOUR)
async def reindex(context: JobContext, payload: OneSource) -> None:
    """Index all documents of a source anew, with progress."""
    async with context.transaction() as session:
        counts = (await sources_repository.counts(session, [payload.source_id])).get(payload.source_id)
    done, last = 0, None
    while True:
        await context.raise_if_cancelled()
        async with context.transaction() as session:
            ids = await sources_repository.documents_of(
                session, payload.source_id, after=last, limit=_REINDEXED_AT_ONCE
            )
            await repository.set_pending(session, ids)
        if not ids:
            return
        await ingestion.index_all(context, ids, last_attempt=context.attempt >= _ATTEMPTS)
        done, last = done + len(ids), ids[-1]
        await context.progress(done=done, total=max(done, counts["documents"] if counts else 0))


@cron("knowledge.sweep", "*/5 * * * *")
async def sweep(context: JobContext) -> None:
    """Take up documents whose job was lost."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            waiting = await repository.waiting(session, before=now() - _LEFT_BEHIND, limit=_SWEPT_AT_ONCE)
            unread = await repository.unread(session, waiting)
            for document_id in unread:
                await enqueue(
                    session, read_file, OneDocument(document_id=document_id), dedupe_key=f"knowledge.read:{document_id}"
                )
            if waiting:
                await enqueue(
                    session, index, SomeDocuments(document_ids=list(waiting)), dedupe_key=f"{INDEX}:{organisation_id}"
                )


@cron("knowledge.purge", "15 3 * * *")
async def purge(context: JobContext) -> None:
    """Forget what was removed more than thirty days ago, and files that nothing refers to."""
    before = now() - timedelta(days=30)
    for organisation_id in await context.organisation_ids():
        tenant = context.as_organisation(organisation_id)
        deleted = _SWEPT_AT_ONCE
        while deleted >= _SWEPT_AT_ONCE:
            async with tenant.transaction() as session:
                deleted = await sources_repository.purge(session, before, limit=_SWEPT_AT_ONCE)
        async with tenant.transaction() as session:
            used = await sources_repository.stored_files(session)
        await asyncio.to_thread(store.sweep, context.database.settings.home, organisation_id, used)
