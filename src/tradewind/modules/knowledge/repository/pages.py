"""SQL of a crawl: the queue of addresses and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.ids import new_id

_ADD = text("""
    INSERT INTO knowledge_pages (id, organisation_id, source_id, run_id, url, depth, state, reason)
    SELECT n.id, CAST(current_setting('app.org_id') AS uuid), :source_id, :run_id, n.url, :depth, n.state,
        nullif(n.reason, '')
    FROM unnest(CAST(:ids AS uuid[]), CAST(:urls AS text[]), CAST(:states AS text[]), CAST(:reasons AS text[]))
        WITH ORDINALITY AS n(id, url, state, reason, place)
    ORDER BY n.place
    ON CONFLICT (source_id, run_id, url) DO NOTHING
""")
_NEXT = text("""
    SELECT id, url, depth FROM knowledge_pages
    WHERE source_id = :source_id AND run_id = :run_id AND state = 'waiting' ORDER BY depth, position LIMIT 1
""")
_SETTLE = text("""
    UPDATE knowledge_pages SET state = :state, reason = :reason, document_id = :document_id
    WHERE source_id = :source_id AND run_id = :run_id AND url = :url
""")
_COUNT = text("""
    SELECT count(*) FILTER (WHERE state <> 'skipped') AS counted, count(*) FILTER (WHERE state = 'waiting') AS waiting,
        count(*) FILTER (WHERE state IN ('kept', 'unchanged', 'gone', 'failed')) AS fetched,
        count(*) FILTER (WHERE state = 'kept') AS kept, count(*) FILTER (WHERE state = 'unchanged') AS unchanged,
        count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'gone') AS gone,
        count(*) FILTER (WHERE state = 'failed') AS failed
    FROM knowledge_pages WHERE source_id = :source_id AND run_id = :run_id
""")


@dataclass(frozen=True, slots=True)
class Crawl:
    """One crawl of one source."""

    source_id: UUID
    run_id: UUID


async def begun(session: AsyncSession, crawl: Crawl) -> bool:
    """Whether this crawl has addresses already."""
    found = text("SELECT EXISTS (SELECT FROM knowledge_pages WHERE source_id = :source_id AND run_id = :run_id)")
    return bool(await session.scalar(found, {"source_id": crawl.source_id, "run_id": crawl.run_id}))


async def forget_others(session: AsyncSession, crawl: Crawl) -> None:
    """Drop what earlier crawls came across."""
    await session.execute(
        text("DELETE FROM knowledge_pages WHERE source_id = :source_id AND run_id <> :run_id"),
        {"source_id": crawl.source_id, "run_id": crawl.run_id},
    )


async def urls(session: AsyncSession, crawl: Crawl) -> Sequence[str]:
    """Addresses that are to be fetched or were."""
    found = text(
        "SELECT url FROM knowledge_pages WHERE source_id = :source_id AND run_id = :run_id AND state <> 'skipped' "
        "ORDER BY position"
    )
    return (await session.scalars(found, {"source_id": crawl.source_id, "run_id": crawl.run_id})).all()


async def unindexed(session: AsyncSession, crawl: Crawl) -> list[UUID]:
    """Documents that this crawl kept and that still wait to be indexed."""
    found = text("""
        SELECT d.id FROM knowledge_pages p JOIN knowledge_documents d ON d.id = p.document_id
        WHERE p.source_id = :source_id AND p.run_id = :run_id AND p.state = 'kept' AND d.status = 'pending'
    """)
    return list((await session.scalars(found, {"source_id": crawl.source_id, "run_id": crawl.run_id})).all())


async def add(session: AsyncSession, crawl: Crawl, found: Sequence[tuple[str, str | None]], *, depth: int) -> None:
    """Queue addresses that are new; one with a reason is left alone for it."""
    await session.execute(
        _ADD,
        {
            "source_id": crawl.source_id,
            "run_id": crawl.run_id,
            "depth": depth,
            "ids": [new_id() for _ in found],
            "urls": [url for url, _ in found],
            "states": ["skipped" if reason else "waiting" for _, reason in found],
            "reasons": [reason or "" for _, reason in found],
        },
    )


async def following(session: AsyncSession, crawl: Crawl) -> tuple[UUID, str, int] | None:
    """The next address with its depth, the nearest to the start first."""
    row = (await session.execute(_NEXT, {"source_id": crawl.source_id, "run_id": crawl.run_id})).first()
    return None if row is None else (row.id, row.url, row.depth)


async def settle(
    session: AsyncSession,
    crawl: Crawl,
    url: str,
    state: str,
    reason: str | None = None,
    document_id: UUID | None = None,
) -> None:
    """Say what became of an address."""
    values = {"state": state, "reason": reason, "document_id": document_id, "url": url}
    await session.execute(_SETTLE, values | {"source_id": crawl.source_id, "run_id": crawl.run_id})


async def counts(session: AsyncSession, crawl: Crawl) -> dict[str, int]:
    """How many addresses are in which state; `counted` leaves out those skipped, `fetched` those waiting too."""
    row = (await session.execute(_COUNT, {"source_id": crawl.source_id, "run_id": crawl.run_id})).mappings().one()
    return dict(row)
