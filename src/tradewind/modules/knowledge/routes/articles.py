"""HTTP of articles."""

from uuid import UUID

from tradewind.kernel.access import Session, requires
from tradewind.kernel.routing import Router
from tradewind.modules.knowledge.schemas.documents import (
    ArticleCreate,
    ArticlePublish,
    ArticleRead,
    DraftRead,
    DraftSave,
)
from tradewind.modules.knowledge.service import articles
from tradewind.modules.knowledge.service.ingestion import enqueue_indexing

router = Router(prefix="/knowledge/articles", tags=["Knowledge"])


@router.post("", status_code=201, dependencies=[requires("knowledge:write")])
async def create_article(session: Session, data: ArticleCreate) -> ArticleRead:
    """Add an article, as a draft or published."""
    made = await articles.create(session, data)
    if data.publish:
        await enqueue_indexing(session, [made.document.id])
    return made


@router.get("/{document_id:uuid}", dependencies=[requires("knowledge:read")])
async def read_article(session: Session, document_id: UUID) -> ArticleRead:
    """An article: what is published, and the draft if there is one."""
    return await articles.read(session, document_id)


@router.put("/{document_id:uuid}/draft", dependencies=[requires("knowledge:write")])
async def save_article_draft(session: Session, document_id: UUID, data: DraftSave) -> DraftRead:
    """Keep the draft. Who saves on top of a version they did not see gets 409 with `current`, and nothing is lost."""
    return await articles.save_draft(session, document_id, data)


@router.delete("/{document_id:uuid}/draft", status_code=204, dependencies=[requires("knowledge:write")])
async def discard_article_draft(session: Session, document_id: UUID) -> None:
    """Throw the draft away; what is published stays."""
    await articles.discard_draft(session, document_id)


@router.post("/{document_id:uuid}/publish", dependencies=[requires("knowledge:write")])
async def publish_article(session: Session, document_id: UUID, data: ArticlePublish) -> ArticleRead:
    """Make the draft the newest version of the article."""
    if await articles.publish(session, document_id, data.draft_version):
        await enqueue_indexing(session, [document_id])
    return await articles.read(session, document_id)
