"""Questions with their answers, one by one."""

import hashlib
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ids import new_id
from tradewind.modules.knowledge.errors import QuestionKnown, WrongKind
from tradewind.modules.knowledge.models import Document
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.repository import sources as sources_repository
from tradewind.modules.knowledge.schemas.documents import KnowledgeDocumentRead, PairCreate, PairUpdate
from tradewind.modules.knowledge.service import content, documents, sources


def key_of(question: str) -> str:
    """What makes two questions the same: their words, whatever the case and the marks at the end."""
    words = " ".join(question.casefold().split()).rstrip(" ?!.…")
    return hashlib.sha256(words.encode()).hexdigest()


async def create(session: AsyncSession, data: PairCreate) -> KnowledgeDocumentRead:
    """Add a question with its answer. Raises SourceNotFound, WrongKind, QuestionKnown."""
    source = await sources.to_hold(session, "qa", data.source_id, data.scope)
    key = key_of(data.question)
    document = await repository.by_key(session, source.id, key, lock=True)
    if document is not None and document.deleted_at is None:
        raise QuestionKnown(
            "This question has an answer already. Change that one.", extra={"document_id": str(document.id)}
        )
    if document is None:
        document = Document(
            id=new_id(),
            organisation_id=source.organisation_id,
            source_id=source.id,
            key=key,
            title=data.question,
            version=1,
            current_version=0,
            content_hash="",
            status="pending",
            warnings=[],
            fetched={},
            own_scope=data.scope,
            expires_at=data.expires_at,
        )
        session.add(document)
        await session.flush()
    else:
        # Removed lately: the new answer takes its place and its history.
        document.deleted_at, document.content_hash = None, ""
        document.own_scope, document.expires_at = data.scope, data.expires_at
    await content.put(session, document, title=data.question, content=data.answer)
    await documents.changed(session, document)
    after = {"title": data.question, "source_id": source.id, "scope": data.scope}
    await documents.audit(session, "created", document.id, after=after)
    return await documents.read(session, document.id)


async def update(session: AsyncSession, document_id: UUID, data: PairUpdate) -> bool:
    """Change a question or its answer; False where nothing is new.

    Raises DocumentNotFound, WrongKind, QuestionKnown.
    """
    document = await documents.existing(session, document_id, lock=True, content=True)
    source = await sources_repository.get(session, document.source_id)
    if source is None or source.kind != "qa":
        raise WrongKind("This document is no question with an answer.")
    question, answer = data.question or document.title, data.answer or document.content
    key = key_of(question)
    if key != document.key:
        other = await repository.by_key(session, source.id, key)
        if other is not None:
            raise QuestionKnown("Another entry answers this question already.", extra={"document_id": str(other.id)})
        document.key = key
    before = {"title": document.title}
    if not await content.put(session, document, title=question, content=answer):
        return False
    await documents.changed(session, document)
    await documents.audit(session, "updated", document_id, before=before, after={"title": question})
    return True
