"""Crawls: on demand and by schedule."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.jobs import JobCancelled, JobContext, Reject, cron, job, start_run
from tradewind.kernel.schemas import Schema
from tradewind.modules.knowledge.errors import SourceBusy, WrongKind
from tradewind.modules.knowledge.repository import sources as repository
from tradewind.modules.knowledge.service import crawl, sources
from tradewind.modules.knowledge.service.content import tell

_ATTEMPTS = 6


class OneCrawl(Schema):
    """The source to crawl."""

    source_id: UUID


@job("knowledge.crawl", max_attempts=_ATTEMPTS, timeout_seconds=24 * 3600)
async def crawl_site(context: JobContext, payload: OneCrawl) -> None:
    """Crawl a site; goes on where it was when started again."""
    run_id = context.run_id
    assert run_id is not None
    try:
        await crawl.run(context, payload.source_id, run_id)
    except crawl.CrawlFailed as failure:
        await _end(context, payload.source_id, run_id, str(failure))
        raise Reject(str(failure)) from failure
    except JobCancelled:
        await _end(context, payload.source_id, run_id, None)
        raise
    except asyncio.CancelledError:
        raise
    except Exception as failure:
        if context.attempt >= _ATTEMPTS:
            await _end(context, payload.source_id, run_id, f"The crawl broke off: {failure}")
        raise


async def start(session: AsyncSession, source_id: UUID) -> UUID:
    """Have a site crawled; returns the run. Raises SourceNotFound, WrongKind, SourceBusy."""
    source = await sources.existing(session, source_id, lock=True)
    if source.kind != "site":
        raise WrongKind("Only sites are crawled.")
    if source.status == "working":
        raise SourceBusy("This site is being crawled already. Stop that run first.")
    source.run_id = run_id = await start_run(
        session, crawl_site, OneCrawl(source_id=source_id),
        title=f"Crawl {source.name}", subject=f"knowledge_source:{source_id}", for_everyone=True,
    )  # fmt: skip
    source.status, source.error, source.next_crawl_at = "working", None, None
    await session.flush()
    await tell(session, source_id)
    return run_id


@cron("knowledge.recrawl", "*/10 * * * *")
async def recrawl(context: JobContext) -> None:
    """Crawl sites whose time has come."""
    for organisation_id in await context.organisation_ids():
        async with context.as_organisation(organisation_id).transaction() as session:
            for source_id in await repository.due_for_crawl(session):
                await start(session, source_id)


async def _end(context: JobContext, source_id: UUID, run_id: UUID, error: str | None) -> None:
    async with context.transaction() as session:
        source = await repository.get(session, source_id, lock=True)
        if source is not None and source.run_id == run_id:
            crawl.ended(source, error)
            await session.flush()
            await tell(session, source_id)
