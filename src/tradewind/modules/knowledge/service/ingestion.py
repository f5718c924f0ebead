"""From a document to what is searched: files are read, texts indexed; any worker takes its part, nothing twice."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import structlog
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel import jobs
from tradewind.kernel.access import Actor
from tradewind.kernel.clock import now
from tradewind.kernel.database import Database
from tradewind.kernel.jobs import JobContext, Request
from tradewind.kernel.schemas import Schema
from tradewind.modules.knowledge.extraction.extracted import Extracted, Unreadable
from tradewind.modules.knowledge.extraction.process import Reader
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.repository import sources as sources_repository
from tradewind.modules.knowledge.service import checking, content, documents, store

log = structlog.get_logger(__name__)
INDEX = "knowledge.index"
_BATCH = 20


class SomeDocuments(Schema):
    """Documents to index."""

    document_ids: list[UUID] = Field(max_length=1_000)


async def enqueue_indexing(session: AsyncSession, document_ids: Sequence[UUID]) -> None:
    """Have documents indexed once the transaction has committed, a few a job so that workers can share them."""
    job = jobs.registered()[INDEX]
    await jobs.enqueue_many(
        session,
        [
            Request(job, SomeDocuments(document_ids=list(document_ids[start : start + _BATCH])))
            for start in range(0, len(document_ids), _BATCH)
        ],
    )


async def index_all(context: JobContext, document_ids: Sequence[UUID], *, last_attempt: bool) -> None:
    """Index those documents that wait for it. One that fails is tried again with the job, then set to failed."""
    if not last_attempt:
        sources = await index_some(context.database, context.actor, document_ids)
    else:
        sources = set()
        for document_id in document_ids:
            try:
                sources |= await index_some(context.database, context.actor, [document_id])
            except Exception as failure:  # the edge of a document: the others are to be indexed
                log.error("knowledge.document_not_indexed", document_id=document_id, exc_info=failure)
                sources |= await _give_up(context, document_id)
    for source_id in sources:
        async with context.transaction() as session:
            await sources_repository.indexed(session, source_id)
            await content.tell(session, source_id)
            await checking.ask(session)


async def index_some(database: Database, actor: Actor, document_ids: Sequence[UUID]) -> set[UUID]:
    """Index the documents that wait for it and that nobody else is at; returns their sources."""
    # Loads the embedding model's runtime.
    from tradewind.modules.knowledge.service.indexing import index_documents

    async with database.transaction(actor) as session:
        waiting: dict[UUID, str] = {}
        sources: set[UUID] = set()
        for document_id in document_ids:
            if not await repository.take_for_indexing(session, document_id):
                continue
            found = await repository.to_index(session, document_id)
            if found is not None:
                waiting[document_id] = found.content_hash
                sources.add(found.source_id)
        await index_documents(session, list(waiting))
        for document_id, digest in waiting.items():
            await repository.set_outcome(session, document_id, digest, None)
    return sources


async def _give_up(context: JobContext, document_id: UUID) -> set[UUID]:
    async with context.transaction() as session:
        document = await repository.get(session, document_id)
        if document is None:
            return set()
        words = "This text could not be indexed. Index it again; if that fails too, change it."
        await repository.set_outcome(session, document_id, document.content_hash, words)
        return {document.source_id}


async def read_file(context: JobContext, document_id: UUID) -> None:
    """Read the uploaded file of a document and have its text indexed; what cannot be read says why."""
    async with context.transaction() as session:
        document = await repository.get(session, document_id)
        if document is None or document.deleted_at is not None or document.file is None:
            return
        file = document.file
    path = store.path_of(context.database.settings.home, _organisation(context), file["sha256"])
    try:
        found = await _extracted(context, path, file["name"])
    except Unreadable as problem:
        await _refuse(context, document_id, file["sha256"], str(problem))
        return
    async with context.transaction() as session:
        document = await repository.get(session, document_id, lock=True, content=True)
        # Another file may have come in its place meanwhile: that one has a job of its own.
        if document is None or document.deleted_at is not None or (document.file or {}).get("sha256") != file["sha256"]:
            return
        document.warnings = list(found.warnings)
        new = await content.put(session, document, title=found.title, content=found.markdown, language=found.language)
        if not new and document.status == "failed":
            document.status, document.error = "pending", None
        await documents.changed(session, document)
        await enqueue_indexing(session, [document_id])


async def _extracted(context: JobContext, path: Path, name: str) -> Extracted:
    if not await asyncio.to_thread(path.is_file):
        raise Unreadable("The file is missing from the store. Upload it again.")

    async def progress(done: int, total: int) -> None:
        await context.raise_if_cancelled()
        await context.progress(done=done, total=total, message=f"Page {done:,} of {total:,}")

    async with Reader() as reader:
        return await reader.read(path, name=name, progress=progress)


async def _refuse(context: JobContext, document_id: UUID, sha256: str, words: str) -> None:
    async with context.transaction() as session:
        document = await repository.get(session, document_id, lock=True)
        if document is None or (document.file or {}).get("sha256") != sha256:
            return
        # An earlier version that could be read goes on being searched.
        document.error, document.updated_at = words, now()
        document.status = "failed"
        await documents.changed(session, document)


def _organisation(context: JobContext) -> UUID:
    assert context.actor.organisation_id is not None
    return context.actor.organisation_id
