"""Crawling a site: a queue of addresses in the database, so that a crawl that broke off goes on where it was."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.http import BlockedAddress, OutboundError
from tradewind.kernel.ids import new_id
from tradewind.kernel.job_runs import store_result
from tradewind.kernel.jobs import JobContext
from tradewind.modules.knowledge.crawling import addresses, sitemaps
from tradewind.modules.knowledge.crawling import robots as robots_file
from tradewind.modules.knowledge.crawling.fetcher import Fetched, Fetcher, LeftSite
from tradewind.modules.knowledge.crawling.robots import Robots
from tradewind.modules.knowledge.extraction.extracted import Extracted, Unreadable
from tradewind.modules.knowledge.extraction.process import PAGE_SECONDS, Reader
from tradewind.modules.knowledge.models import Document, Source
from tradewind.modules.knowledge.repository import documents as documents_repository
from tradewind.modules.knowledge.repository import pages as repository
from tradewind.modules.knowledge.repository import sources as sources_repository
from tradewind.modules.knowledge.repository.pages import Crawl
from tradewind.modules.knowledge.schemas.sources import SiteSettings
from tradewind.modules.knowledge.service import content, sources
from tradewind.modules.knowledge.service.ingestion import enqueue_indexing

log = structlog.get_logger(__name__)
_FAILURES_IN_A_ROW = 8
_READ = {
    "text/html": ".page", "application/xhtml+xml": ".page", "application/pdf": ".pdf", "text/plain": ".txt",
    "text/markdown": ".md",
}  # fmt: skip
_INDEXED_AT_ONCE = 20


class CrawlFailed(Exception):
    """The words say what kept the crawl from going on."""


@dataclass
class _Walk:
    context: JobContext
    crawl: Crawl
    settings: SiteSettings
    site: str
    fetcher: Fetcher
    reader: Reader
    robots: Robots = field(default_factory=Robots)
    traps: addresses.Traps = field(default_factory=addresses.Traps)
    known: set[str] = field(default_factory=set)
    to_index: list[UUID] = field(default_factory=list)

    def judged(self, found: Sequence[str]) -> list[tuple[str, str | None]]:
        """Addresses not seen before that belong to the site, each with the reason to leave it alone or None."""
        judged: list[tuple[str, str | None]] = []
        for address in found:
            url = addresses.normal(address)
            if url is None or url in self.known or addresses.site_of(url) != self.site:
                continue
            if not addresses.may_be_page(url):
                continue
            self.known.add(url)
            judged.append((url, self._reason(url)))
        return judged

    def _reason(self, url: str) -> str | None:
        if self.settings.include and not addresses.matches(url, self.settings.include):
            return "None of the patterns to include fits."
        if addresses.matches(url, self.settings.exclude):
            return "A pattern to exclude fits."
        if not self.robots.allows(addresses.path_of(url)):
            return "robots.txt asks crawlers to stay away."
        return self.traps.reason(url)


async def run(context: JobContext, source_id: UUID, run_id: UUID) -> None:
    """Crawl a site from its start, or go on with a crawl that broke off. Raises CrawlFailed, JobCancelled."""
    crawl = Crawl(source_id, run_id)
    async with context.transaction() as session:
        source = await sources_repository.get(session, source_id)
        # A worker may have died between the end of the crawl and the end of its job: pages are not missed twice by one.
        if source is None or source.deleted_at is not None or source.run_id != run_id or source.status != "working":
            return
        settings = sources.site_settings(source)
    async with Fetcher(delay_seconds=settings.delay_seconds) as fetcher, Reader() as reader:
        start = await _start(fetcher, settings.url)
        walk = _Walk(context, crawl, settings, addresses.site_of(start), fetcher, reader)
        walk.robots = await _robots(fetcher, start)
        fetcher.delay_seconds = max(settings.delay_seconds, walk.robots.delay_seconds)
        await _seed(walk, start)
        await _go_through(walk)
    await _finish(walk)


async def _start(fetcher: Fetcher, url: str) -> str:
    """Where the start leads: many sites send on to another form of their own name."""
    try:
        fetched = await fetcher.get(url, site=None)
    except (addresses.Refused, BlockedAddress) as refused:
        raise CrawlFailed(f"{url} may not be crawled: {refused}") from refused
    except OutboundError as failure:
        raise CrawlFailed(f"The site does not answer: {failure} Check the address.") from failure
    if fetched.status >= 400:
        raise CrawlFailed(f"{url} answers with an error ({fetched.status}). Check the address.")
    return addresses.normal(fetched.url) or url


async def _robots(fetcher: Fetcher, start: str) -> Robots:
    """The site's rules. Where they cannot be told, RFC 9309 has crawlers stay away."""
    root = "/".join(start.split("/")[:3])
    try:
        fetched = await fetcher.get(f"{root}/robots.txt", site=addresses.site_of(start))
    except LeftSite:
        return Robots()
    except (OutboundError, BlockedAddress, addresses.Refused) as failure:
        raise CrawlFailed(f"robots.txt cannot be read ({failure}), so nothing was fetched.") from failure
    if fetched.status >= 500:
        raise CrawlFailed(f"robots.txt answers with an error ({fetched.status}), so nothing was fetched.")
    return robots_file.parse(fetched.content) if fetched.status == 200 else Robots()


async def _seed(walk: _Walk, start: str) -> None:
    """Queue the start, the pages known from before and those of the site map; a crawl that goes on has them."""
    context, crawl = walk.context, walk.crawl
    async with context.transaction() as session:
        if await repository.begun(session, crawl):
            for url in await repository.urls(session, crawl):
                walk.known.add(url)
                walk.traps.reason(url)
            walk.to_index = await repository.unindexed(session, crawl)
            return
    listed = await _site_map(walk, start) if walk.settings.use_sitemap else []
    async with context.transaction() as session:
        await repository.forget_others(session, crawl)
        await repository.add(session, crawl, walk.judged([start]), depth=0)
        before = await documents_repository.keys_of(session, crawl.source_id)
        await repository.add(session, crawl, walk.judged(before), depth=1)
        room = max(0, walk.settings.max_pages * 2 - len(before))
        await repository.add(session, crawl, walk.judged(listed[:room]), depth=1)


async def _site_map(walk: _Walk, start: str) -> list[str]:
    root = "/".join(start.split("/")[:3])
    waiting = list(walk.robots.sitemaps) or [f"{root}/sitemap.xml"]
    found: list[str] = []
    seen: set[str] = set()
    while waiting and len(seen) < sitemaps.MAX_FILES and len(found) < sitemaps.MAX_ADDRESSES:
        url = waiting.pop(0)
        if url in seen or addresses.site_of(url) != walk.site:
            continue
        seen.add(url)
        try:
            fetched = await walk.fetcher.get(url, site=walk.site)
        except (OutboundError, BlockedAddress, addresses.Refused, LeftSite) as failure:
            log.info("knowledge.site_map_not_read", error=str(failure))
            continue
        if fetched.status == 200:
            pages, further = await asyncio.to_thread(sitemaps.parse, fetched.content)
            found += pages
            waiting += further
    return found


async def _go_through(walk: _Walk) -> None:
    failures = 0
    while True:
        await walk.context.raise_if_cancelled()
        async with walk.context.transaction() as session:
            counts = await repository.counts(session, walk.crawl)
            entry = await repository.following(session, walk.crawl)
        if entry is None or counts["fetched"] >= walk.settings.max_pages:
            break
        _, url, depth = entry
        total = min(walk.settings.max_pages, counts["fetched"] + counts["waiting"])
        await walk.context.progress(done=counts["fetched"], total=total, message=addresses.path_of(url)[:200])
        try:
            answered = await _visit(walk, url, depth)
        except (OutboundError, BlockedAddress, addresses.Refused) as failure:
            answered = not isinstance(failure, OutboundError)
            async with walk.context.transaction() as session:
                await repository.settle(session, walk.crawl, url, "failed", str(failure)[:300])
        failures = 0 if answered else failures + 1
        if failures >= _FAILURES_IN_A_ROW:
            raise CrawlFailed(
                f"The site stopped answering after {counts['fetched']:,} pages. What was read stays; crawl again later."
            )
        if len(walk.to_index) >= _INDEXED_AT_ONCE:
            await _index(walk)
    await _index(walk)


async def _visit(walk: _Walk, url: str, depth: int) -> bool:
    """Fetch a page, keep what it says and queue where it leads; False where the site did not really answer."""
    crawl = walk.crawl
    async with walk.context.transaction() as session:
        known = await documents_repository.by_key(session, crawl.source_id, url)
        validators = dict(known.fetched) if known is not None and known.deleted_at is None else {}
    try:
        fetched = await walk.fetcher.get(url, site=walk.site, validators=validators)
    except LeftSite as left:
        await _settle(walk, url, "skipped", f"Redirects to another site: {left.url}"[:300])
        return True
    if fetched.status == 304 and known is not None:
        async with walk.context.transaction() as session:
            await documents_repository.seen(session, known.id, validators)
            await repository.settle(session, crawl, url, "unchanged", None, known.id)
        return True
    if fetched.status != 200:
        gone = fetched.status in (404, 410)
        words = "Not there any more." if gone else f"The site answers with {fetched.status}."
        await _settle(walk, url, "gone" if gone else "failed", words)
        return fetched.status < 500
    target = addresses.normal(fetched.url) or url
    if target != url and not await _take_over(walk, url, target):
        return True
    suffix = _READ.get(fetched.content_type)
    if suffix is None:
        await _settle(walk, target, "skipped", f"No text: {fetched.content_type or 'unknown type'}"[:300])
        return True
    try:
        found = await _extracted(walk, fetched, target, suffix)
    except Unreadable as problem:
        await _settle(walk, target, "skipped", str(problem))
        return True
    await _keep(walk, target, depth, fetched, found)
    return True


async def _take_over(walk: _Walk, url: str, target: str) -> bool:
    """Settle an address that redirects; False where the page it leads to is looked at on its own, or not at all."""
    async with walk.context.transaction() as session:
        await repository.settle(session, walk.crawl, url, "skipped", f"Redirects to {addresses.path_of(target)}"[:300])
        new = walk.judged([target])
        if not new:
            return False
        await repository.add(session, walk.crawl, new, depth=0)
    return new[0][1] is None


async def _extracted(walk: _Walk, fetched: Fetched, url: str, suffix: str) -> Extracted:
    name = addresses.path_of(url).rstrip("/").rpartition("/")[2] or "page"
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        await asyncio.to_thread(_written, Path(file.name), fetched.content)
        return await walk.reader.read(Path(file.name), name=name + suffix, url=url, seconds=PAGE_SECONDS)


def _written(path: Path, data: bytes) -> None:
    path.write_bytes(data)


async def _keep(walk: _Walk, url: str, depth: int, fetched: Fetched, found: Extracted) -> None:
    """Store what a page says under the address it wants to be known by."""
    crawl, facts = walk.crawl, found.page
    canonical = addresses.normal(facts.canonical) if facts.canonical else None
    async with walk.context.transaction() as session:
        follow = not facts.nofollow and depth < walk.settings.max_depth
        if canonical and canonical != url and addresses.site_of(canonical) == walk.site:
            # The page of that address is looked at on its own.
            await repository.settle(
                session, crawl, url, "skipped", f"The same page as {addresses.path_of(canonical)}"[:300]
            )
            await repository.add(session, crawl, walk.judged([canonical]), depth=depth)
        elif facts.noindex:
            await repository.settle(session, crawl, url, "skipped", "The page asks not to be indexed.")
        else:
            digest = content.fingerprint(found.title, found.markdown)
            twin = await documents_repository.same_text(session, crawl.source_id, digest, besides=url)
            if twin is not None:
                # Links of a twin lead to more twins: calendars and endless parameters end here.
                await repository.settle(session, crawl, url, "skipped", f"Says the same as {twin}"[:300])
                return
            document_id, new = await _put(session, crawl.source_id, url, fetched, found)
            await repository.settle(session, crawl, url, "kept" if new else "unchanged", None, document_id)
            if new:
                walk.to_index.append(document_id)
        if follow:
            await repository.add(session, crawl, walk.judged(facts.links), depth=depth + 1)


async def _put(
    session: AsyncSession, source_id: UUID, url: str, fetched: Fetched, found: Extracted
) -> tuple[UUID, bool]:
    document = await documents_repository.by_key(session, source_id, url, lock=True)
    if document is None:
        source = await sources_repository.get(session, source_id)
        assert source is not None
        document = Document(
            id=new_id(), organisation_id=source.organisation_id, source_id=source_id, key=url, url=url,
            title=found.title, version=1, current_version=0, content_hash="", status="pending", warnings=[], fetched={},
        )  # fmt: skip
        session.add(document)
        await session.flush()
    if document.deleted_at is not None:
        document.deleted_at, document.content_hash = None, ""
    document.fetched = {**fetched.validators, "at": now().isoformat()}
    document.warnings = list(found.warnings)
    excluded = document.status == "excluded"
    new = await content.put(session, document, title=found.title, content=found.markdown, language=found.language)
    if new:
        document.version += 1
    if excluded:
        document.status = "excluded"
    await session.flush()
    return document.id, new and not excluded


async def _settle(walk: _Walk, url: str, state: str, reason: str) -> None:
    async with walk.context.transaction() as session:
        await repository.settle(session, walk.crawl, url, state, reason)


async def _index(walk: _Walk) -> None:
    if walk.to_index:
        async with walk.context.transaction() as session:
            await enqueue_indexing(session, walk.to_index)
            await content.tell(session, walk.crawl.source_id)
        walk.to_index = []


async def _finish(walk: _Walk) -> None:
    """Count missing pages, say how it went and when the next crawl is."""
    crawl = walk.crawl
    async with walk.context.transaction() as session:
        source = await sources_repository.get(session, crawl.source_id, lock=True)
        if source is None or source.run_id != crawl.run_id:
            return
        counts = await repository.counts(session, crawl)
        missing, removed = await documents_repository.miss(session, crawl.source_id, crawl.run_id, now())
        result: dict[str, Any] = counts | {"missing": missing, "removed": len(removed)}
        ended(source, _complaint(counts))
        await session.flush()
        await store_result(session, crawl.run_id, result)
        await sources.audit(session, "crawled", crawl.source_id, after=result)
        await content.tell(session, crawl.source_id)
    await walk.context.progress(done=counts["fetched"], total=counts["fetched"], message="")


def ended(source: Source, error: str | None) -> None:
    """A crawl is over, for better or worse."""
    source.status, source.error = ("failed", error[:500]) if error else ("ready", None)
    source.updated_at = now()
    sources.schedule(source)


def _complaint(counts: dict[str, int]) -> str | None:
    if counts["kept"] + counts["unchanged"]:
        return None
    return "No page with text was found. Look at the pages of the crawl for the reasons."
