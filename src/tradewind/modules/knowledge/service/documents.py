"""Documents: reading, changing, removing, bringing back, reviewing, and their passages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.pagination import Page
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.errors import DocumentNotFound, NotRestorable
from tradewind.modules.knowledge.models import Document
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.repository import sources as sources_repository
from tradewind.modules.knowledge.schemas.documents import (
    KnowledgeDocumentRead,
    KnowledgeDocumentRow,
    KnowledgeDocumentUpdate,
    PassageRead,
    StoredFile,
)
from tradewind.modules.knowledge.service import content
from tradewind.modules.knowledge.service.content import tell

SHOWN_CHARACTERS = 100_000


async def page(session: AsyncSession, *, cursor: str | None, limit: int, **filters: Any) -> Page[KnowledgeDocumentRow]:
    """Documents, the latest changed first; filters as in `repository.documents.page`."""
    rows, following, previous = await repository.page(session, cursor=cursor, limit=limit, **filters)
    return Page(items=[_row(row) for row in rows], next_cursor=following, previous_cursor=previous)


async def read(session: AsyncSession, document_id: UUID) -> KnowledgeDocumentRead:
    """One document with the beginning of its text, removed ones too. Raises DocumentNotFound."""
    row = await repository.row(session, document_id)
    document = await repository.get(session, document_id)
    if row is None or document is None:
        raise DocumentNotFound()
    start, characters = await repository.beginning(session, document_id, SHOWN_CHARACTERS)
    missing = document.fetched.get("missing_since")
    return KnowledgeDocumentRead(
        **_row(row).model_dump(),
        content=start,
        content_cut=characters > SHOWN_CHARACTERS,
        characters=characters,
        warnings=document.warnings,
        file=StoredFile.model_validate(document.file) if document.file else None,
        missing_since=datetime.fromisoformat(missing) if missing else None,
    )


async def text(session: AsyncSession, document_id: UUID) -> str:
    """The whole text. Raises DocumentNotFound."""
    return (await existing(session, document_id, content=True)).content


async def passages(session: AsyncSession, document_id: UUID, *, after: int, limit: int) -> list[PassageRead]:
    """Passages in their order, from beyond the ordinal `after`. Raises DocumentNotFound."""
    await existing(session, document_id)
    rows = await repository.passages(session, document_id, after=after, limit=limit)
    return [PassageRead.model_validate(dict(row)) for row in rows]


async def update(
    session: AsyncSession, document_id: UUID, data: KnowledgeDocumentUpdate, *, if_match: str | None
) -> KnowledgeDocumentRead:
    """Change title, scope, expiry, or whether it is searched at all. Raises DocumentNotFound, PreconditionFailed."""
    document = await existing(session, document_id, lock=True, content=data.title is not None)
    check_version(if_match, document.version)
    given = data.model_fields_set
    before: dict[str, Any] = {}
    if data.title is not None and data.title != document.title:
        before["title"] = document.title
        await content.put(session, document, title=data.title, content=document.content)
    if "scope" in given:
        before["scope"], document.own_scope = document.own_scope, data.scope
    if "expires_at" in given:
        before["expires_at"], document.expires_at = document.expires_at, data.expires_at
        document.reminded_at = None
    if data.excluded is not None and data.excluded != (document.status == "excluded"):
        before["excluded"] = not data.excluded
        document.status = "excluded" if data.excluded else "pending"
    await changed(session, document)
    after = data.model_dump(mode="json", include=set(before))
    await audit(session, "updated", document_id, before=before, after=after)
    return await read(session, document_id)


async def delete(session: AsyncSession, document_id: UUID, *, if_match: str | None) -> None:
    """Remove a document; for 30 days it can be brought back. Raises DocumentNotFound, PreconditionFailed."""
    document = await existing(session, document_id, lock=True)
    check_version(if_match, document.version)
    document.deleted_at = now()
    await changed(session, document)
    await audit(session, "deleted", document_id, before={"title": document.title})


async def restore(session: AsyncSession, document_id: UUID) -> None:
    """Bring a removed document back. Raises DocumentNotFound, NotRestorable."""
    document = await repository.get(session, document_id, lock=True)
    if document is None:
        raise DocumentNotFound()
    if document.deleted_at is None:
        raise NotRestorable("This document was not removed.")
    source = await sources_repository.get(session, document.source_id)
    if source is None or source.deleted_at is not None:
        raise NotRestorable("Its source was removed. Bring that back first.")
    document.deleted_at = None
    document.fetched = {key: value for key, value in document.fetched.items() if key not in ("misses", "missing_since")}
    if document.status == "indexed":
        document.status = "pending"
    await changed(session, document)
    await audit(session, "restored", document_id, after={"title": document.title})


async def review(session: AsyncSession, document_id: UUID) -> KnowledgeDocumentRead:
    """Say that a document was read and still holds. Raises DocumentNotFound."""
    document = await existing(session, document_id, lock=True)
    document.reviewed_at, document.reminded_at = now(), None
    await changed(session, document)
    await audit(session, "reviewed", document_id, after={"title": document.title})
    return await read(session, document_id)


async def existing(session: AsyncSession, document_id: UUID, *, lock: bool = False, content: bool = False) -> Document:
    """A document that was not removed. Raises DocumentNotFound."""
    document = await repository.get(session, document_id, lock=lock, content=content)
    if document is None or document.deleted_at is not None:
        raise DocumentNotFound()
    return document


async def changed(session: AsyncSession, document: Document) -> None:
    """Count a change of a document and let open pages know."""
    document.version += 1
    document.updated_at = now()
    await session.flush()
    await tell(session, document.source_id)


async def audit(session: AsyncSession, what: str, document_id: UUID, **values: Any) -> None:
    """Record a change of a document."""
    await identity.record(
        session,
        action=f"knowledge_document.{what}",
        subject_type="knowledge_document",
        subject_id=document_id,
        **values,
    )


def _row(row: RowMapping) -> KnowledgeDocumentRow:
    expires_at = row["expires_at"]
    return KnowledgeDocumentRow.model_validate(dict(row) | {"expired": expires_at is not None and expires_at <= now()})
