"""SQL of sources and of what their crawls came across."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.knowledge.models import CrawledPage, Document, Source

_PAGE: tuple[Any, ...] = (
    CrawledPage.url, CrawledPage.depth, CrawledPage.state, CrawledPage.reason, CrawledPage.document_id,
)  # fmt: skip
_COUNTS = text("""
    SELECT s.id AS source_id, count(d.id) AS documents,
        count(*) FILTER (WHERE d.status = 'pending') AS pending,
        count(*) FILTER (WHERE d.status = 'failed') AS failed,
        count(*) FILTER (WHERE least(d.expires_at, s.expires_at) <= :now) AS expired,
        (SELECT count(*) FROM knowledge_chunks c WHERE c.source_id = s.id) AS passages
    FROM knowledge_sources s LEFT JOIN knowledge_documents d ON d.source_id = s.id AND d.deleted_at IS NULL
    WHERE s.id = ANY (:ids) GROUP BY s.id
""")


async def every(session: AsyncSession, *, deleted: bool = False) -> Sequence[Source]:
    """All sources that are there, or those that were removed, oldest first."""
    here = Source.deleted_at.is_not(None) if deleted else Source.deleted_at.is_(None)
    return (await session.scalars(select(Source).where(here).order_by(Source.created_at, Source.id))).all()


async def get(session: AsyncSession, source_id: UUID, *, lock: bool = False) -> Source | None:
    """One source, removed ones too; with `lock` nobody else changes it or adds to it meanwhile."""
    statement = select(Source).where(Source.id == source_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def first_of(session: AsyncSession, kind: str) -> Source | None:
    """The oldest source of a kind."""
    statement = select(Source).where(Source.kind == kind, Source.deleted_at.is_(None))
    return await session.scalar(statement.order_by(Source.created_at, Source.id).limit(1))


async def lock_list(session: AsyncSession) -> None:
    """Let nobody else of the organisation add a source until the transaction ends."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('knowledge_sources:' || current_setting('app.org_id')))")
    )


async def counts(session: AsyncSession, source_ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """What sources hold, by id."""
    rows = await session.execute(_COUNTS, {"ids": list(source_ids), "now": now()})
    return {row["source_id"]: row for row in rows.mappings()}


async def documents_of(session: AsyncSession, source_id: UUID, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Ids of documents with a text, ascending."""
    statement = select(Document.id).where(
        Document.source_id == source_id, Document.deleted_at.is_(None), Document.content_hash != ""
    )
    if after is not None:
        statement = statement.where(Document.id > after)
    return (await session.scalars(statement.order_by(Document.id).limit(limit))).all()


async def delete_documents(session: AsyncSession, source_id: UUID, moment: datetime) -> None:
    """Remove all documents; `moment` tells them from those removed one by one."""
    await session.execute(
        update(Document)
        .where(Document.source_id == source_id, Document.deleted_at.is_(None))
        .values(deleted_at=moment)
        .execution_options(synchronize_session=False)
    )


async def restore_documents(session: AsyncSession, source_id: UUID, moment: datetime) -> Sequence[UUID]:
    """Bring back the documents that were removed at `moment`; returns their ids."""
    found = await session.scalars(
        update(Document)
        .where(Document.source_id == source_id, Document.deleted_at == moment)
        .values(deleted_at=None, status=text("CASE status WHEN 'indexed' THEN 'pending' ELSE status END"))
        .returning(Document.id)
        .execution_options(synchronize_session=False)
    )
    return found.all()


async def due_for_crawl(session: AsyncSession) -> Sequence[UUID]:
    """Sites whose time has come."""
    statement = select(Source.id).where(
        Source.kind == "site", Source.deleted_at.is_(None), Source.next_crawl_at <= now(), Source.status != "working"
    )
    return (await session.scalars(statement)).all()


async def indexed(session: AsyncSession, source_id: UUID) -> None:
    """Remember that documents became searchable. It is no change of the source: its version stays."""
    await session.execute(update(Source).where(Source.id == source_id).values(last_indexed_at=now()))


async def crawled_pages(
    session: AsyncSession, source_id: UUID, *, state: str | None, q: str | None, cursor: str | None, limit: int
) -> tuple[Sequence[RowMapping], str | None, str | None]:
    """Addresses of the newest crawl in the order they were found."""
    statement: Any = select(*_PAGE).where(CrawledPage.source_id == source_id)
    if state is not None:
        statement = statement.where(CrawledPage.state == state)
    if q:
        statement = statement.where(func.strpos(func.lower(CrawledPage.url), q.lower()) > 0)
    order = [SortColumn("position", CrawledPage.__table__.c.position)]
    rows, following, previous = await fetch_page(session, statement, order, cursor=cursor, limit=limit)
    return [row._mapping for row in rows], following, previous


async def purge(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Forget for good what was removed before then; returns how many documents and sources."""
    total = 0
    for table in ("documents", "sources"):
        found = await session.execute(
            text(
                f"DELETE FROM knowledge_{table} WHERE id IN "
                f"(SELECT id FROM knowledge_{table} WHERE deleted_at < :before LIMIT :limit) RETURNING 1"
            ),
            {"before": before, "limit": limit},
        )
        total += len(found.all())
    return total


async def stored_files(session: AsyncSession) -> set[str]:
    """Hashes of files that documents refer to."""
    found = await session.scalars(select(Document.file["sha256"].astext).where(Document.file.is_not(None)))
    return {digest for digest in found if digest}
