"""Uploaded files as documents."""

import asyncio
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ids import new_id
from tradewind.modules.knowledge.contracts import Scope
from tradewind.modules.knowledge.errors import DocumentNotFound, FileRefused
from tradewind.modules.knowledge.extraction.extracted import Unreadable
from tradewind.modules.knowledge.extraction.kinds import kind_of
from tradewind.modules.knowledge.models import Document
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.service import content, documents, sources, store
from tradewind.modules.knowledge.service.store import Upload

MAX_BYTES = 100 * 1024 * 1024


async def check(upload: Upload, name: str) -> None:
    """Refuse what is of no kind that can be read. Raises FileRefused."""
    try:
        await asyncio.to_thread(kind_of, upload.path, name)
    except Unreadable as problem:
        raise FileRefused(str(problem)) from problem


async def add(
    session: AsyncSession, upload: Upload, name: str, *, source_id: UUID | None, scope: Scope | None, home: Path
) -> tuple[UUID, bool]:
    """Keep an upload as a document, or as a new version of the one of that name.

    Returns its id and whether there is something to read. Raises SourceNotFound, WrongKind.
    """
    source = await sources.to_hold(session, "file", source_id, scope)
    await asyncio.to_thread(store.keep, upload, home, source.organisation_id)
    file = {"name": name, "size_bytes": upload.size_bytes, "sha256": upload.sha256}
    document = await repository.by_key(session, source.id, name.casefold(), lock=True)
    if document is None:
        document = Document(
            id=new_id(),
            organisation_id=source.organisation_id,
            source_id=source.id,
            key=name.casefold(),
            title=name,
            own_scope=scope,
            version=1,
            current_version=0,
            content_hash="",
            status="pending",
            warnings=[],
            fetched={},
            file=file,
        )
        session.add(document)
        await session.flush()
        what = "created"
    elif document.deleted_at is None and document.file == file and document.status != "failed":
        return document.id, False
    else:
        what = "created" if document.deleted_at else "file_replaced"
        if document.deleted_at is not None:
            document.deleted_at, document.content_hash, document.own_scope = None, "", scope
        document.file, document.status, document.error = file, "pending", None
    await documents.changed(session, document)
    await documents.audit(session, what, document.id, after=file | {"source_id": source.id})
    await content.tell(session, source.id)
    return document.id, True


async def open_file(session: AsyncSession, document_id: UUID, home: Path) -> tuple[str, Path]:
    """Name and place of the file a document was read from. Raises DocumentNotFound."""
    document = await documents.existing(session, document_id)
    if document.file is None:
        raise DocumentNotFound("This document was not read from a file.")
    path = store.path_of(home, document.organisation_id, document.file["sha256"])
    if not await asyncio.to_thread(path.is_file):
        raise DocumentNotFound("The file is missing from the store.")
    return document.file["name"], path
