"""SQL of documents, their versions, drafts and passages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from tradewind.kernel.clock import now
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.knowledge.models import Chunk, Document, DocumentVersion, Draft, Source

_PASSAGES = select(func.count()).where(Chunk.document_id == Document.id).correlate(Document).scalar_subquery()
_ROW: tuple[Any, ...] = (
    Document.id, Document.version, Document.source_id, Source.name.label("source_name"), Source.kind, Document.title,
    Document.url, Document.scope, Document.own_scope, Document.language, Document.current_version, Document.status,
    Document.error, func.least(Document.expires_at, Source.expires_at).label("expires_at"), Document.reviewed_at,
    Document.created_at, Document.updated_at, Document.deleted_at,
    _PASSAGES.label("passages"),
    exists().where(Draft.document_id == Document.id).label("has_draft"),
)  # fmt: skip
# One batch of pairs: by their key, added, changed or left as they are.
_PUT_PAIRS = text("""
    INSERT INTO knowledge_documents (id, organisation_id, source_id, key, title, content, content_hash, language,
        current_version, status, created_at, updated_at, version)
    SELECT n.id, :organisation_id, :source_id, n.key, n.title, n.content, n.hash, nullif(n.language, ''), 1, 'pending',
        :now, :now, 1
    FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:titles AS text[]), CAST(:contents AS text[]),
        CAST(:hashes AS text[]), CAST(:languages AS text[])) AS n(id, key, title, content, hash, language)
    ON CONFLICT (source_id, key) DO UPDATE SET title = excluded.title, content = excluded.content,
        content_hash = excluded.content_hash, language = excluded.language, status = 'pending', error = NULL,
        current_version = knowledge_documents.current_version + 1, version = knowledge_documents.version + 1,
        updated_at = excluded.updated_at, deleted_at = NULL
        WHERE knowledge_documents.content_hash <> excluded.content_hash OR knowledge_documents.deleted_at IS NOT NULL
    RETURNING id, current_version, xmax = 0 AS added
""")
_PUT_VERSIONS = text("""
    INSERT INTO knowledge_versions (id, organisation_id, document_id, number, title, content, author_id, author_name)
    SELECT gen_random_uuid(), d.organisation_id, d.id, d.current_version, d.title, d.content, :author_id, :author_name
    FROM knowledge_documents d WHERE d.id = ANY (:ids) AND d.current_version > 0
    ON CONFLICT (document_id, number) DO NOTHING
""")
_DUE = text("""
    SELECT d.id, d.title, d.source_id,
        least(d.expires_at, s.expires_at) <= :now AS expired, least(d.expires_at, s.expires_at) AS expires_at
    FROM knowledge_documents d JOIN knowledge_sources s ON s.id = d.source_id
    WHERE d.deleted_at IS NULL AND d.reminded_at IS NULL AND (
        least(d.expires_at, s.expires_at) <= :soon
        OR coalesce(d.reviewed_at, d.created_at)
            < CAST(:now AS timestamptz) - make_interval(days => CAST(s.settings ->> 'review_days' AS integer)))
    ORDER BY least(d.expires_at, s.expires_at) NULLS LAST, d.id LIMIT :limit
    FOR UPDATE OF d SKIP LOCKED
""")


async def public_pairs(session: AsyncSession, *, limit: int) -> list[str]:
    """Questions of pairs that anyone may read, oldest first."""
    statement = select(Document.title).join(Source, Source.id == Document.source_id)
    statement = statement.where(Source.kind == "qa", Document.scope == "public", Document.deleted_at.is_(None))
    return list(await session.scalars(statement.order_by(Document.created_at, Document.id).limit(limit)))


async def page(
    session: AsyncSession,
    *,
    source_id: UUID | None,
    kind: str | None,
    q: str | None,
    status: str | None,
    scope: str | None,
    deleted: bool,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[RowMapping], str | None, str | None]:
    """Documents, the latest changed first. `status` may also be `expired`."""
    statement: Any = select(*_ROW).join(Source, Source.id == Document.source_id)
    statement = statement.where(Document.deleted_at.is_not(None) if deleted else Document.deleted_at.is_(None))
    if source_id is not None:
        statement = statement.where(Document.source_id == source_id)
    if kind is not None:
        statement = statement.where(Source.kind == kind)
    if scope is not None:
        statement = statement.where(Document.scope == scope)
    if status == "expired":
        statement = statement.where(func.least(Document.expires_at, Source.expires_at) <= now())
    elif status is not None:
        statement = statement.where(Document.status == status)
    for word in (q or "").lower().split()[:10]:
        place = func.lower(Document.title + " " + func.coalesce(Document.url, "") + " " + Document.content)
        statement = statement.where(func.strpos(place, word) > 0)
    order = [
        SortColumn("updated_at", Document.__table__.c.updated_at, descending=True),
        SortColumn("id", Document.__table__.c.id, descending=True),
    ]
    rows, following, previous = await fetch_page(session, statement, order, cursor=cursor, limit=limit)
    return [row._mapping for row in rows], following, previous


async def row(session: AsyncSession, document_id: UUID) -> RowMapping | None:
    """One document as a list shows it, removed ones too."""
    statement = select(*_ROW).join(Source, Source.id == Document.source_id).where(Document.id == document_id)
    return (await session.execute(statement)).mappings().first()


async def get(
    session: AsyncSession, document_id: UUID, *, lock: bool = False, content: bool = False
) -> Document | None:
    """One document, removed ones too."""
    statement = select(Document).where(Document.id == document_id)
    if content:
        statement = statement.options(undefer(Document.content))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def beginning(session: AsyncSession, document_id: UUID, longest: int) -> tuple[str, int]:
    """The first `longest` characters of a document's text, and how many it has."""
    found = await session.execute(
        select(func.left(Document.content, longest), func.length(Document.content)).where(Document.id == document_id)
    )
    start, characters = found.one()
    return start, characters


async def by_key(session: AsyncSession, source_id: UUID, key: str, *, lock: bool = False) -> Document | None:
    """The document of a source that stands for `key`, removed ones too."""
    statement = select(Document).where(Document.source_id == source_id, Document.key == key)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def keys_of(session: AsyncSession, source_id: UUID) -> Sequence[str]:
    """What the documents of a source stand for."""
    statement = select(Document.key).where(
        Document.source_id == source_id, Document.deleted_at.is_(None), Document.key.is_not(None)
    )
    return [key for key in await session.scalars(statement.order_by(Document.created_at)) if key]


async def seen(session: AsyncSession, document_id: UUID, fetched: dict[str, Any]) -> None:
    """Remember that a page is still there, as it was. It is no change of the document."""
    kept = {key: value for key, value in fetched.items() if key not in ("misses", "missing_since")}
    await session.execute(
        update(Document)
        .where(Document.id == document_id)
        .values(fetched=kept | {"at": now().isoformat()}, updated_at=Document.updated_at)
        .execution_options(synchronize_session=False)
    )


async def same_text(session: AsyncSession, source_id: UUID, content_hash: str, *, besides: str) -> str | None:
    """The address of another page of the source with the very same text."""
    statement = select(Document.url).where(
        Document.source_id == source_id, Document.content_hash == content_hash, Document.key != besides,
        Document.deleted_at.is_(None),
    )  # fmt: skip
    return await session.scalar(statement.order_by(Document.created_at).limit(1))


async def put_pairs(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    source_id: UUID,
    author_id: UUID | None,
    author_name: str,
    columns: dict[str, list[Any]],
) -> tuple[list[UUID], list[UUID]]:
    """Add or change pairs by their key, with a version each; returns ids of added and of changed ones."""  # fmt: skip
    values = columns | {"organisation_id": organisation_id, "source_id": source_id, "now": now()}
    rows = (await session.execute(_PUT_PAIRS, values)).all()
    if rows:
        await session.execute(
            _PUT_VERSIONS, {"ids": [row.id for row in rows], "author_id": author_id, "author_name": author_name}
        )
    return [row.id for row in rows if row.added], [row.id for row in rows if not row.added]


async def held(session: AsyncSession, source_id: UUID, keys: Sequence[str]) -> tuple[int, set[str]]:
    """How many documents a source has, and which of these keys are theirs."""
    own = Document.source_id == source_id, Document.deleted_at.is_(None)
    count = await session.scalar(select(func.count()).select_from(Document).where(*own))
    known = await session.scalars(select(Document.key).where(*own, Document.key.in_(keys)))
    return count or 0, {key for key in known if key is not None}


async def passages(session: AsyncSession, document_id: UUID, *, after: int, limit: int) -> Sequence[RowMapping]:
    """Passages of a document in their order, from beyond the ordinal `after`."""
    statement = (
        select(Chunk.ordinal, Chunk.heading, Chunk.content, Chunk.scope, Chunk.expires_at)
        .where(Chunk.document_id == document_id, Chunk.ordinal > after)
        .order_by(Chunk.ordinal)
        .limit(limit)
    )
    return (await session.execute(statement)).mappings().all()


async def versions(session: AsyncSession, document_id: UUID, *, limit: int) -> Sequence[DocumentVersion]:
    """The newest versions first."""
    statement = select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    return (await session.scalars(statement.order_by(DocumentVersion.number.desc()).limit(limit))).all()


async def version(session: AsyncSession, document_id: UUID, number: int) -> DocumentVersion | None:
    """One version with its text."""
    statement = select(DocumentVersion).where(
        DocumentVersion.document_id == document_id, DocumentVersion.number == number
    )
    return await session.scalar(statement.options(undefer(DocumentVersion.content)))


async def draft(session: AsyncSession, document_id: UUID, *, lock: bool = False) -> Draft | None:
    """The draft of an article."""
    statement = select(Draft).where(Draft.document_id == document_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def waiting(session: AsyncSession, *, before: datetime, limit: int) -> Sequence[UUID]:
    """Documents that have waited since before then to be read or indexed."""
    statement = select(Document.id).where(
        Document.status == "pending",
        Document.deleted_at.is_(None),
        or_(Document.content_hash != "", Document.file.is_not(None)),
        Document.updated_at < before,
    )
    return (await session.scalars(statement.order_by(Document.updated_at).limit(limit))).all()


async def unread(session: AsyncSession, document_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Those of the documents whose file was not read yet."""
    statement = select(Document.id).where(
        Document.id.in_(document_ids), Document.content_hash == "", Document.file.is_not(None)
    )
    return (await session.scalars(statement)).all()


async def set_pending(session: AsyncSession, document_ids: Sequence[UUID]) -> None:
    """Have documents indexed anew. It is no change of theirs: versions stay."""
    await session.execute(
        update(Document)
        .where(Document.id.in_(document_ids), Document.status.in_(["indexed", "failed"]), Document.content_hash != "")
        .values(status="pending", error=None, updated_at=Document.updated_at)
        .execution_options(synchronize_session=False)
    )


async def to_index(session: AsyncSession, document_id: UUID) -> Row[Any] | None:
    """`content_hash` and `source_id` of a document that waits to be indexed."""
    statement: Any = select(Document.content_hash, Document.source_id).where(
        Document.id == document_id,
        Document.status == "pending",
        Document.deleted_at.is_(None),
        Document.content_hash != "",
    )
    return (await session.execute(statement)).first()


async def set_outcome(session: AsyncSession, document_id: UUID, content_hash: str, error: str | None) -> bool:
    """Say how indexing a text ended; False where the document says something else by now."""
    found = await session.execute(
        update(Document)
        .where(Document.id == document_id, Document.content_hash == content_hash, Document.status == "pending")
        .values(status="failed" if error else "indexed", error=error, updated_at=Document.updated_at)
        .returning(Document.id)
        .execution_options(synchronize_session=False)
    )
    return found.first() is not None


async def take_for_indexing(session: AsyncSession, document_id: UUID) -> bool:
    """Keep other workers off a document until the transaction ends; False where one is at it."""
    return bool(
        await session.scalar(
            text("SELECT pg_try_advisory_xact_lock(hashtextextended('knowledge:' || CAST(:id AS text), 0))"),
            {"id": str(document_id)},
        )
    )


async def miss(session: AsyncSession, source_id: UUID, run_id: UUID, moment: datetime) -> tuple[int, list[UUID]]:
    """Count pages that a whole crawl did not find; those missed twice are removed.

    Returns how many are missing for the first time, and the ids of those removed.
    """
    found = text("""
        WITH unseen AS (
            SELECT d.id, coalesce(CAST(d.fetched ->> 'misses' AS integer), 0) + 1 AS misses
            FROM knowledge_documents d
            WHERE d.source_id = :source_id AND d.deleted_at IS NULL AND d.created_at < :moment AND NOT EXISTS (
                SELECT FROM knowledge_pages p WHERE p.source_id = :source_id AND p.run_id = :run_id
                    AND p.state IN ('kept', 'unchanged', 'failed', 'waiting')
                    AND (p.document_id = d.id OR p.url = d.key))
            FOR UPDATE OF d)
        UPDATE knowledge_documents d
        SET fetched = d.fetched || jsonb_build_object('misses', u.misses, 'missing_since',
                coalesce(d.fetched ->> 'missing_since', CAST(CAST(:moment AS timestamptz) AS text))),
            deleted_at = CASE WHEN u.misses >= 2 THEN CAST(:moment AS timestamptz) END
        FROM unseen u WHERE d.id = u.id RETURNING d.id, d.deleted_at IS NOT NULL AS removed
    """)
    rows = (await session.execute(found, {"source_id": source_id, "run_id": run_id, "moment": moment})).all()
    removed = [row.id for row in rows if row.removed]
    return len(rows) - len(removed), removed


async def take_due(session: AsyncSession, moment: datetime, soon: datetime, *, limit: int) -> Sequence[RowMapping]:
    """Documents that people are to be reminded of, marked as reminded: expiring `soon`, or long not reviewed."""
    rows = (await session.execute(_DUE, {"now": moment, "soon": soon, "limit": limit})).mappings().all()
    await session.execute(
        update(Document)
        .where(Document.id.in_([row["id"] for row in rows]))
        .values(reminded_at=moment, updated_at=Document.updated_at)
        .execution_options(synchronize_session=False)
    )
    return rows
