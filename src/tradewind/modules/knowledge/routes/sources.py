"""HTTP of sources."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from tradewind.kernel.access import Session, requires
from tradewind.kernel.concurrency import tagged
from tradewind.kernel.jobs import start_run
from tradewind.kernel.pagination import Page
from tradewind.kernel.routing import Router
from tradewind.modules.knowledge.jobs.crawling import start as start_crawl
from tradewind.modules.knowledge.jobs.ingestion import OneSource, reindex
from tradewind.modules.knowledge.schemas.bounds import SearchText
from tradewind.modules.knowledge.schemas.sources import (
    CrawledPageRead,
    KnowledgeRunStarted,
    KnowledgeSourceCreate,
    KnowledgeSourceRead,
    KnowledgeSourceUpdate,
    PageState,
)
from tradewind.modules.knowledge.service import sources
from tradewind.modules.knowledge.service.ingestion import enqueue_indexing

router = Router(prefix="/knowledge/sources", tags=["Knowledge"])
IfMatch = Annotated[str | None, Header(description="ETag of the version the change is based on")]


@router.get("", dependencies=[requires("knowledge:read")])
async def list_knowledge_sources(
    session: Session, deleted: Annotated[bool, Query(description="Those removed within the last 30 days")] = False
) -> list[KnowledgeSourceRead]:
    """All sources: what they hold, how they are doing."""
    return await sources.list_all(session, deleted=deleted)


@router.post("", status_code=201, dependencies=[requires("knowledge:write")])
async def create_knowledge_source(
    session: Session, data: KnowledgeSourceCreate, response: Response
) -> KnowledgeSourceRead:
    """Add a source. A site is crawled at once: its `run_id` shows how far it is."""
    source = await sources.create(session, data)
    if source.kind == "site":
        await start_crawl(session, source.id)
    return tagged(response, await sources.read(session, source.id))


@router.get("/{source_id:uuid}", dependencies=[requires("knowledge:read")])
async def read_knowledge_source(session: Session, source_id: UUID, response: Response) -> KnowledgeSourceRead:
    """One source."""
    return tagged(response, await sources.read(session, source_id))


@router.patch("/{source_id:uuid}", dependencies=[requires("knowledge:write")])
async def update_knowledge_source(
    session: Session, source_id: UUID, data: KnowledgeSourceUpdate, response: Response, if_match: IfMatch = None
) -> KnowledgeSourceRead:
    """Change a source. A new scope or expiry holds for all its passages in the same moment."""
    return tagged(response, await sources.update(session, source_id, data, if_match=if_match))


@router.delete("/{source_id:uuid}", status_code=204, dependencies=[requires("knowledge:write")])
async def delete_knowledge_source(session: Session, source_id: UUID, if_match: IfMatch = None) -> None:
    """Remove a source with its documents. For 30 days it can be brought back."""
    await sources.delete(session, source_id, if_match=if_match)


@router.post("/{source_id:uuid}/restore", dependencies=[requires("knowledge:write")])
async def restore_knowledge_source(session: Session, source_id: UUID, response: Response) -> KnowledgeSourceRead:
    """Bring a removed source back with the documents that went with it."""
    await enqueue_indexing(session, await sources.restore(session, source_id))
    return tagged(response, await sources.read(session, source_id))


@router.post("/{source_id:uuid}/crawl", status_code=202, dependencies=[requires("knowledge:write")])
async def crawl_knowledge_source(session: Session, source_id: UUID) -> KnowledgeRunStarted:
    """Crawl a site now. Pages that did not change are told by their validators and their content."""
    return KnowledgeRunStarted(run_id=await start_crawl(session, source_id))


@router.post("/{source_id:uuid}/reindex", status_code=202, dependencies=[requires("knowledge:write")])
async def reindex_knowledge_source(session: Session, source_id: UUID) -> KnowledgeRunStarted:
    """Index all documents of a source anew."""
    source = await sources.existing(session, source_id)
    run_id = await start_run(
        session, reindex, OneSource(source_id=source_id),
        title=f"Index {source.name}", subject=f"knowledge_source:{source_id}", for_everyone=True,
    )  # fmt: skip
    await sources.audit(session, "reindexed", source_id)
    return KnowledgeRunStarted(run_id=run_id)


@router.get("/{source_id:uuid}/pages", dependencies=[requires("knowledge:read")])
async def list_crawled_pages(
    session: Session,
    source_id: UUID,
    state: PageState | None = None,
    q: Annotated[SearchText | None, Query(description="Part of the address")] = None,
    cursor: Annotated[str | None, Query(min_length=1, max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[CrawledPageRead]:
    """What the newest crawl came across, and why a page was not kept."""
    return await sources.crawled_pages(session, source_id, state=state, q=q, cursor=cursor, limit=limit)
