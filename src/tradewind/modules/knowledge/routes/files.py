"""HTTP of uploads: files as documents, and questions with answers in bulk."""

import asyncio
import secrets
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import FileResponse

from tradewind.kernel.access import CurrentActor, Session, requires
from tradewind.kernel.file_part import FilePart
from tradewind.kernel.jobs import start_run
from tradewind.kernel.routing import Router
from tradewind.modules.knowledge.contracts import Scope
from tradewind.modules.knowledge.jobs.ingestion import OneDocument, PairFile, import_pairs
from tradewind.modules.knowledge.jobs.ingestion import read_file as read_file_job
from tradewind.modules.knowledge.schemas.documents import KnowledgeDocumentRead
from tradewind.modules.knowledge.schemas.sources import KnowledgeRunStarted
from tradewind.modules.knowledge.service import documents, files, pair_import, sources, store

router = Router(prefix="/knowledge", tags=["Knowledge"])
SourceId = Annotated[UUID | None, Query(description="Without one the first source of the kind is taken.")]


def _upload(words: str) -> dict[str, Any]:
    file = {"type": "string", "format": "binary", "description": words}
    schema = {"type": "object", "required": ["file"], "properties": {"file": file}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/files",
    status_code=201,
    dependencies=[requires("knowledge:write")],
    openapi_extra=_upload("PDF, DOCX, HTML, Markdown, text or CSV"),
)
async def upload_knowledge_file(
    request: Request, actor: CurrentActor, source_id: SourceId = None, scope: Scope | None = None
) -> KnowledgeDocumentRead:
    """Upload a file of up to 100 MB. It is read in the background; one of the same name becomes a new version."""
    part = FilePart(request)
    database = request.app.state.database
    home = database.settings.home
    upload = await store.receive(part.chunks(), home, max_bytes=files.MAX_BYTES)
    try:
        name = store.safe_name(part.file_name)
        await files.check(upload, name)
        # Opened only now: an upload may take minutes, and must not hold a connection meanwhile.
        async with database.transaction(actor) as session:
            document_id, unread = await files.add(session, upload, name, source_id=source_id, scope=scope, home=home)
            if unread:
                await start_run(
                    session, read_file_job, OneDocument(document_id=document_id),
                    title=f"Read {name}", subject=f"knowledge_document:{document_id}", for_everyone=True,
                )  # fmt: skip
            return await documents.read(session, document_id)
    finally:
        await asyncio.to_thread(store.discard, upload.path)


@router.get(
    "/files/{document_id:uuid}/content",
    dependencies=[requires("knowledge:read")],
    response_class=FileResponse,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def download_knowledge_file(session: Session, document_id: UUID, request: Request) -> FileResponse:
    """The file a document was read from, always as a download."""
    name, path = await files.open_file(session, document_id, request.app.state.database.settings.home)
    return FileResponse(
        path,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=0",
        },
    )


@router.post(
    "/pairs/import",
    status_code=202,
    dependencies=[requires("knowledge:write")],
    openapi_extra=_upload("CSV whose first row names the columns question and answer"),
)
async def upload_pairs(request: Request, actor: CurrentActor, source_id: SourceId = None) -> KnowledgeRunStarted:
    """Import questions and answers from a CSV file of up to 1 GB. A known question takes the new answer.

    A source holds up to 100,000 pairs; rows that would be more are rejected.

    The run's result tells how many were added, changed, unchanged and rejected, with the reasons of the first 1,000.
    """
    part = FilePart(request)
    database = request.app.state.database
    home = database.settings.home
    upload = await store.receive(part.chunks(), home, max_bytes=pair_import.MAX_BYTES)
    try:
        await asyncio.to_thread(pair_import.layout_of, upload.path)
        async with database.transaction(actor) as session:
            source = await sources.to_hold(session, "qa", source_id, None)
            # Not by its hash: the import removes it, whoever else has uploaded the same.
            file = secrets.token_hex(32)
            await asyncio.to_thread(store.keep, upload, home, source.organisation_id, file)
            run_id = await start_run(
                session, import_pairs, PairFile(source_id=source.id, file=file),
                title=f"Import {store.safe_name(part.file_name)}", subject=f"knowledge_source:{source.id}",
                for_everyone=True,
            )  # fmt: skip
            source.run_id = run_id
            return KnowledgeRunStarted(run_id=run_id)
    finally:
        await asyncio.to_thread(store.discard, upload.path)
