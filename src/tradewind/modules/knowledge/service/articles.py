"""Articles: a draft that all editors share, published as versions."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.knowledge.errors import DraftConflict, NothingToPublish, WrongKind
from tradewind.modules.knowledge.models import Document, Draft
from tradewind.modules.knowledge.repository import documents as repository
from tradewind.modules.knowledge.repository import sources as sources_repository
from tradewind.modules.knowledge.schemas.documents import ArticleCreate, ArticleRead, DraftRead, DraftSave
from tradewind.modules.knowledge.service import content, documents, sources


async def read(session: AsyncSession, document_id: UUID) -> ArticleRead:
    """An article with its draft. Raises DocumentNotFound, WrongKind."""
    shown = await documents.read(session, document_id)
    if shown.kind != "article":
        raise WrongKind("This document is no article.")
    draft = await repository.draft(session, document_id)
    # The editor needs the whole of it.
    whole = await documents.text(session, document_id) if shown.content_cut and shown.deleted_at is None else None
    if whole is not None:
        shown = shown.model_copy(update={"content": whole, "content_cut": False})
    return ArticleRead(document=shown, draft=None if draft is None else _draft(draft))


async def create(session: AsyncSession, data: ArticleCreate) -> ArticleRead:
    """Add an article, published at once or as a draft. Raises SourceNotFound, WrongKind."""
    source = await sources.to_hold(session, "article", data.source_id, data.scope)
    document = Document(
        id=new_id(),
        organisation_id=source.organisation_id,
        source_id=source.id,
        title=data.title,
        own_scope=data.scope,
        version=1,
        current_version=0,
        content_hash="",
        status="pending",
        warnings=[],
        fetched={},
    )
    session.add(document)
    await session.flush()
    if data.publish:
        await content.put(session, document, title=data.title, content=data.content)
    else:
        await _store(session, document, data.title, data.content, version=1)
    after = {"title": data.title, "source_id": source.id, "scope": data.scope, "published": data.publish}
    await documents.audit(session, "created", document.id, after=after)
    await content.tell(session, source.id)
    return await read(session, document.id)


async def save_draft(session: AsyncSession, document_id: UUID, data: DraftSave) -> DraftRead:
    """Keep what the article shall say. Raises DocumentNotFound, WrongKind, DraftConflict with what is there now."""
    document = await _article(session, document_id)
    draft = await repository.draft(session, document_id, lock=True)
    version = 0 if draft is None else draft.version
    if version != data.base_version:
        if draft is not None and (draft.title, draft.content) == (data.title, data.content):
            return _draft(draft)
        raise DraftConflict(
            "Somebody else has saved or published this article since you opened it. Nothing of yours was overwritten.",
            extra={"current": (await _present(session, document, draft)).model_dump(mode="json")},
        )
    if draft is not None and (draft.title, draft.content) == (data.title, data.content):
        return _draft(draft)
    draft = await _store(session, document, data.title, data.content, version=version + 1, draft=draft)
    await documents.audit(session, "draft_saved", document_id, after={"draft_version": draft.version})
    return _draft(draft)


async def publish(session: AsyncSession, document_id: UUID, draft_version: int) -> bool:
    """Make the draft the newest version; False where it says nothing new.

    Raises DocumentNotFound, WrongKind, NothingToPublish, DraftConflict.
    """
    document = await _article(session, document_id)
    draft = await repository.draft(session, document_id, lock=True)
    if draft is None:
        raise NothingToPublish("Change something first: there is no draft of this article.")
    if draft.version != draft_version:
        raise DraftConflict(
            "Somebody else has changed the draft since you saw it. Look at it before you publish it.",
            extra={"current": _draft(draft).model_dump(mode="json")},
        )
    new = await content.put(session, document, title=draft.title, content=draft.content)
    await session.delete(draft)
    await documents.changed(session, document)
    await documents.audit(session, "published", document_id, after={"version": document.current_version})
    return new


async def discard_draft(session: AsyncSession, document_id: UUID) -> None:
    """Throw the draft away; what is published stays. Raises DocumentNotFound, WrongKind, NothingToPublish."""
    document = await _article(session, document_id)
    draft = await repository.draft(session, document_id, lock=True)
    if draft is None:
        raise NothingToPublish("There is no draft of this article.")
    if document.current_version == 0:
        raise NothingToPublish("This article was never published: delete it instead.")
    await session.delete(draft)
    await documents.changed(session, document)
    await documents.audit(session, "draft_discarded", document_id, before={"title": draft.title})


async def _article(session: AsyncSession, document_id: UUID) -> Document:
    # The lock of the document orders those who save at once, also where there is no draft to lock yet.
    document = await documents.existing(session, document_id, lock=True, content=True)
    source = await sources_repository.get(session, document.source_id)
    if source is None or source.kind != "article":
        raise WrongKind("This document is no article.")
    return document


async def _store(
    session: AsyncSession, document: Document, title: str, text: str, *, version: int, draft: Draft | None = None
) -> Draft:
    actor = actor_of(session)
    if draft is None:
        draft = Draft(id=new_id(), organisation_id=document.organisation_id, document_id=document.id)
        session.add(draft)
    draft.title, draft.content, draft.version = title, text, version
    draft.author_id, draft.author_name, draft.updated_at = actor.user_id, actor.name, now()
    await session.flush()
    return draft


async def _present(session: AsyncSession, document: Document, draft: Draft | None) -> DraftRead:
    """What somebody who was too late is shown: the draft, or where it was published meanwhile that."""
    if draft is not None:
        return _draft(draft)
    newest = await repository.version(session, document.id, document.current_version)
    return DraftRead(
        title=document.title,
        content=document.content,
        version=0,
        author_name=newest.author_name if newest else "",
        updated_at=document.updated_at,
    )


def _draft(draft: Draft) -> DraftRead:
    return DraftRead(
        title=draft.title,
        content=draft.content,
        version=draft.version,
        author_name=draft.author_name,
        updated_at=draft.updated_at,
    )
