"""Sources: adding, changing, removing and bringing back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError, Invalid
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.contracts import Scope, SourceKind
from tradewind.modules.knowledge.crawling import addresses
from tradewind.modules.knowledge.errors import AddressRefused, NotRestorable, SourceNotFound, TooManySources, WrongKind
from tradewind.modules.knowledge.models import Source
from tradewind.modules.knowledge.repository import sources as repository
from tradewind.modules.knowledge.schemas.sources import (
    CrawledPageRead,
    KnowledgeSourceCreate,
    KnowledgeSourceRead,
    KnowledgeSourceUpdate,
    SiteSettings,
)
from tradewind.modules.knowledge.service.content import tell

MAX_SOURCES = 200
RESTORABLE = timedelta(days=30)
RHYTHMS = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "monthly": timedelta(days=30)}
_FIRST_NAMES: dict[SourceKind, str] = {"qa": "Questions and answers", "article": "Articles", "file": "Files"}


async def list_all(session: AsyncSession, *, deleted: bool = False) -> list[KnowledgeSourceRead]:
    """All sources with what they hold, oldest first; or those removed within the last 30 days."""
    return await _read(session, await repository.every(session, deleted=deleted))


async def read(session: AsyncSession, source_id: UUID) -> KnowledgeSourceRead:
    """One source. Raises SourceNotFound."""
    return (await _read(session, [await existing(session, source_id)]))[0]


async def create(session: AsyncSession, data: KnowledgeSourceCreate) -> Source:
    """Add a source. Raises TooManySources, AddressRefused, Invalid for a site without an address."""
    _check_site(data.kind, data.site)
    settings: dict[str, Any] = {}
    if data.site is not None:
        settings["site"] = data.site.model_dump()
    if data.review_days is not None:
        settings["review_days"] = data.review_days
    source = await add(session, data.kind, data.name, data.scope, settings)
    source.expires_at = data.expires_at
    await session.flush()
    await audit(session, "created", source.id, after=data.model_dump(mode="json", exclude_none=True))
    return source


async def add(session: AsyncSession, kind: SourceKind, name: str, scope: Scope, settings: dict[str, Any]) -> Source:
    """Store a source. Raises TooManySources."""
    actor = actor_of(session)
    assert actor.organisation_id is not None
    await repository.lock_list(session)
    if len(await repository.every(session)) >= MAX_SOURCES:
        raise TooManySources(f"There may be {MAX_SOURCES} sources. Remove one that is no longer needed.")
    source = Source(
        id=new_id(),
        organisation_id=actor.organisation_id,
        kind=kind,
        name=name,
        scope=scope,
        settings=settings,
        created_by=actor.user_id,
    )
    session.add(source)
    await session.flush()
    await tell(session, source.id)
    return source


async def to_hold(session: AsyncSession, kind: SourceKind, source_id: UUID | None, scope: Scope | None) -> Source:
    """The source that a new pair, article or file goes into; the first of its kind is made where there is none.

    Raises SourceNotFound, WrongKind.
    """
    if source_id is None:
        source = await repository.first_of(session, kind)
        if source is not None:
            return source
        # What nobody has said anything about is for colleagues only.
        source = await add(session, kind, _FIRST_NAMES[kind], scope or "internal", {})
        await audit(session, "created", source.id, after={"kind": kind, "name": source.name, "scope": source.scope})
        return source
    source = await existing(session, source_id)
    if source.kind != kind:
        raise WrongKind(f"The source “{source.name}” is of another kind ({source.kind}).")
    return source


async def update(
    session: AsyncSession, source_id: UUID, data: KnowledgeSourceUpdate, *, if_match: str | None
) -> KnowledgeSourceRead:
    """Change a source; scope and expiry of its passages follow in the same moment.

    Raises SourceNotFound, PreconditionFailed, AddressRefused, Invalid.
    """
    source = await existing(session, source_id, lock=True)
    check_version(if_match, source.version)
    given = data.model_fields_set
    before: dict[str, Any] = {}
    for name in ("name", "scope"):
        if name in given and (value := getattr(data, name)) is not None and value != getattr(source, name):
            before[name] = getattr(source, name)
            setattr(source, name, value)
    if "expires_at" in given:
        before["expires_at"], source.expires_at = source.expires_at, data.expires_at
    if "review_days" in given:
        before["review_days"] = source.settings.get("review_days")
        source.settings = {**source.settings, "review_days": data.review_days}
    if data.site is not None:
        _check_site(source.kind, data.site)
        before["site"] = source.settings.get("site")
        source.settings = {**source.settings, "site": data.site.model_dump()}
        schedule(source)
    source.version += 1
    source.updated_at = now()
    await session.flush()
    after = data.model_dump(mode="json", include=set(before))
    await audit(session, "updated", source_id, before=before, after=after)
    await tell(session, source_id)
    return (await _read(session, [source]))[0]


async def delete(session: AsyncSession, source_id: UUID, *, if_match: str | None) -> None:
    """Remove a source with its documents; for 30 days it can be brought back. Raises SourceNotFound."""
    source = await existing(session, source_id, lock=True)
    check_version(if_match, source.version)
    source.deleted_at = moment = now()
    source.next_crawl_at, source.status, source.run_id = None, "ready", None
    source.version += 1
    await session.flush()
    await repository.delete_documents(session, source_id, moment)
    await audit(session, "deleted", source_id, before={"name": source.name, "kind": source.kind})
    await tell(session, source_id)


async def restore(session: AsyncSession, source_id: UUID) -> list[UUID]:
    """Bring a removed source back with its documents; returns those to index. Raises SourceNotFound, NotRestorable."""
    source = await repository.get(session, source_id, lock=True)
    if source is None:
        raise SourceNotFound()
    if source.deleted_at is None:
        raise NotRestorable("This source was not removed.")
    moment, source.deleted_at = source.deleted_at, None
    source.version += 1
    schedule(source)
    await session.flush()
    documents = await repository.restore_documents(session, source_id, moment)
    await audit(session, "restored", source_id, after={"documents": len(documents)})
    await tell(session, source_id)
    return list(documents)


async def crawled_pages(
    session: AsyncSession, source_id: UUID, *, state: str | None, q: str | None, cursor: str | None, limit: int
) -> Page[CrawledPageRead]:
    """What the newest crawl came across. Raises SourceNotFound."""
    await existing(session, source_id)
    rows, following, previous = await repository.crawled_pages(
        session, source_id, state=state, q=q, cursor=cursor, limit=limit
    )
    items = [CrawledPageRead.model_validate(dict(row)) for row in rows]
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def existing(session: AsyncSession, source_id: UUID, *, lock: bool = False) -> Source:
    """A source that was not removed. Raises SourceNotFound."""
    source = await repository.get(session, source_id, lock=lock)
    if source is None or source.deleted_at is not None:
        raise SourceNotFound()
    return source


def schedule(source: Source) -> None:
    """Say when a site is to be crawled next, counted from now."""
    if source.kind == "site":
        every = RHYTHMS.get(site_settings(source).recrawl)
        source.next_crawl_at = None if every is None else now() + every


def site_settings(source: Source) -> SiteSettings:
    """How a site is crawled."""
    return SiteSettings.model_validate(source.settings["site"])


async def audit(session: AsyncSession, what: str, source_id: UUID, **values: Any) -> None:
    """Record a change of a source."""
    await identity.record(
        session, action=f"knowledge_source.{what}", subject_type="knowledge_source", subject_id=source_id, **values
    )


def _check_site(kind: str, site: SiteSettings | None) -> None:
    if (kind == "site") != (site is not None):
        words = "Say which site to crawl." if kind == "site" else "Only a source of the kind “site” has these settings."
        errors: list[FieldError] = [{"field": "site", "message": words}]
        raise Invalid(words, errors=errors)
    if site is not None:
        try:
            addresses.check(site.url)
        except addresses.Refused as refused:
            raise AddressRefused(str(refused), errors=[{"field": "site.url", "message": str(refused)}]) from refused


async def _read(session: AsyncSession, found: Sequence[Source]) -> list[KnowledgeSourceRead]:
    counts = await repository.counts(session, [source.id for source in found])
    return [_shown(source, counts[source.id]) for source in found]


def _shown(source: Source, counts: RowMapping) -> KnowledgeSourceRead:
    names = (
        "id", "version", "kind", "name", "scope", "status", "error", "run_id", "expires_at", "last_indexed_at",
        "next_crawl_at", "deleted_at", "created_at", "updated_at",
    )  # fmt: skip
    return KnowledgeSourceRead(
        **{name: getattr(source, name) for name in names},
        **{name: counts[name] for name in ("documents", "pending", "failed", "expired", "passages")},
        site=site_settings(source) if source.kind == "site" and "site" in source.settings else None,
        review_days=source.settings.get("review_days"),
        is_sample=bool(source.settings.get("sample")),
    )
