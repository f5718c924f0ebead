"""SQL of the linter: which texts to read, what stands near a passage, and the findings."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.knowledge.contracts import Scope
from tradewind.modules.knowledge.linting.checks import Text, normal_address
from tradewind.modules.knowledge.linting.subjects import Passage
from tradewind.modules.knowledge.models_answers import Finding

# Raised when the checks learn something, so that every text is read again.
RULES = 2
_READABLE = "d.deleted_at IS NULL AND d.status = 'indexed'"
# What a check depends on, of one document.
_MARK = f"md5(concat_ws('|', {RULES}, d.content_hash, d.title, d.scope, d.expires_at, d.url))"
_CHANGED = text(f"""
    SELECT d.id FROM knowledge_documents d LEFT JOIN knowledge_checks c ON c.document_id = d.id
    WHERE {_READABLE} AND c.mark IS DISTINCT FROM {_MARK} ORDER BY d.id LIMIT :limit
""")
_TEXTS = text(f"""
    SELECT d.id AS document_id, d.title, d.content, d.scope, d.url, s.kind AS source_kind, d.updated_at, d.reviewed_at,
        least(d.expires_at, s.expires_at) AS expires_at
    FROM knowledge_documents d JOIN knowledge_sources s ON s.id = d.source_id
    WHERE {_READABLE} AND d.id = ANY (CAST(:ids AS uuid[])) ORDER BY d.id
""")
_ALL_IDS = text(
    f"SELECT d.id FROM knowledge_documents d WHERE {_READABLE} AND d.id > :after ORDER BY d.id LIMIT :limit"
)
_PASSAGE = """
    c.id AS chunk_id, c.document_id, d.title, c.heading, c.content, c.scope, d.url, s.kind = 'qa' AS is_pair
"""
_OF = """
    FROM knowledge_chunks c JOIN knowledge_documents d ON d.id = c.document_id
    JOIN knowledge_sources s ON s.id = c.source_id
"""
_OWN = text(f"SELECT {_PASSAGE} {_OF} WHERE {_READABLE} AND c.document_id = :id ORDER BY c.ordinal LIMIT :limit")
_NEAR = text(f"""
    SELECT own.id AS own_id, {_PASSAGE}
    FROM (SELECT id, embedding FROM knowledge_chunks
          WHERE document_id = :id AND embedding IS NOT NULL ORDER BY ordinal LIMIT :limit) own
    CROSS JOIN LATERAL (
        SELECT n.id, n.embedding <=> own.embedding AS distance FROM knowledge_chunks n
        WHERE n.document_id <> :id AND n.embedding IS NOT NULL
        ORDER BY n.embedding <=> own.embedding LIMIT :near
    ) AS nearest
    JOIN knowledge_chunks c ON c.id = nearest.id JOIN knowledge_documents d ON d.id = c.document_id
    JOIN knowledge_sources s ON s.id = c.source_id
    WHERE {_READABLE} AND nearest.distance <= :distance
""")
_PARTNERS = text("""
    SELECT DISTINCT CASE WHEN document_id = :id THEN other_document_id ELSE document_id END AS id
    FROM knowledge_findings
    WHERE (document_id = :id OR other_document_id = :id) AND kind = ANY (CAST(:kinds AS text[]))
        AND other_document_id <> document_id
""")
_ADDRESSES = text(f"SELECT d.url, d.id, d.scope FROM knowledge_documents d WHERE {_READABLE} AND d.url IS NOT NULL")
_GONE = text("""
    SELECT DISTINCT p.url FROM knowledge_pages p
    WHERE p.state = 'gone' AND NOT EXISTS (
        SELECT FROM knowledge_pages later WHERE later.url = p.url AND later.position > p.position
            AND later.state IN ('kept', 'unchanged'))
""")
_STORE = text("""
    INSERT INTO knowledge_findings (id, organisation_id, kind, severity, fingerprint, document_id, other_document_id,
        passage, other_passage, facts)
    SELECT f.id, :organisation_id, f.kind, f.severity, f.fingerprint, f.document_id, f.other_document_id, f.passage,
        f.other_passage, f.facts
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (id uuid, kind text, severity text, fingerprint text,
        document_id uuid, other_document_id uuid, passage text, other_passage text, facts jsonb)
    WHERE EXISTS (SELECT FROM knowledge_documents d WHERE d.id = f.document_id)
        AND (f.other_document_id IS NULL OR EXISTS (SELECT FROM knowledge_documents d WHERE d.id = f.other_document_id))
    ON CONFLICT (organisation_id, fingerprint) DO UPDATE SET severity = excluded.severity, facts = excluded.facts
""")
_OUTDATED = text("""
    DELETE FROM knowledge_findings
    WHERE (document_id = ANY (CAST(:ids AS uuid[]))
            OR (:as_other AND other_document_id = ANY (CAST(:ids AS uuid[]))))
        AND kind = ANY (CAST(:kinds AS text[])) AND fingerprint <> ALL (CAST(:kept AS text[]))
""")
_UNREADABLE = text(f"""
    DELETE FROM knowledge_findings f
    WHERE NOT EXISTS (SELECT FROM knowledge_documents d WHERE d.id = f.document_id AND {_READABLE})
        OR (f.other_document_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM knowledge_documents d WHERE d.id = f.other_document_id AND {_READABLE}))
""")
_CHECKED = text(f"""
    INSERT INTO knowledge_checks (id, organisation_id, document_id, mark)
    SELECT :check_id, :organisation_id, d.id, {_MARK} FROM knowledge_documents d WHERE d.id = :id
    ON CONFLICT (document_id) DO UPDATE SET mark = excluded.mark, checked_at = now()
""")
_SHARE = text("SELECT id FROM knowledge_documents WHERE id = :id FOR SHARE")
_RANK = case({"high": 0, "medium": 1}, value=Finding.severity, else_=2)
_WORST = [SortColumn("severity", _RANK), SortColumn("id", Finding.id.expression, descending=True)]


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A finding to store; `fingerprint` is made of what is wrong and of the texts it is about."""

    kind: str
    severity: str
    fingerprint: str
    document_id: UUID
    passage: str
    facts: dict[str, Any]
    other_document_id: UUID | None = None
    other_passage: str = ""


async def changed_ids(session: AsyncSession, *, limit: int) -> list[UUID]:
    """Documents whose present text, scope or expiry no check has seen."""
    return list((await session.scalars(_CHANGED, {"limit": limit})).all())


async def document_ids(session: AsyncSession, *, after: UUID, limit: int) -> list[UUID]:
    """Readable documents in the order of their ids."""
    return list((await session.scalars(_ALL_IDS, {"after": after, "limit": limit})).all())


async def texts(session: AsyncSession, ids: Collection[UUID]) -> list[Text]:
    """Documents with their whole texts."""
    rows = (await session.execute(_TEXTS, {"ids": [str(one) for one in ids]})).mappings()
    return [Text(**row) for row in rows]


async def own_passages(session: AsyncSession, document_id: UUID, *, limit: int) -> list[Passage]:
    """The passages of a document in order."""
    rows = (await session.execute(_OWN, {"id": document_id, "limit": limit})).mappings()
    return [Passage(**row) for row in rows]


async def near_passages(
    session: AsyncSession, document_id: UUID, *, limit: int, near: int, distance: float
) -> list[tuple[UUID, Passage]]:
    """For each passage of a document, the passages of others that mean nearly the same: (own chunk id, other)."""
    values = {"id": document_id, "limit": limit, "near": near, "distance": distance}
    rows = (await session.execute(_NEAR, values)).mappings()
    return [(row["own_id"], Passage(**{key: row[key] for key in row if key != "own_id"})) for row in rows]


async def partners(session: AsyncSession, document_id: UUID, *, kinds: Sequence[str]) -> list[UUID]:
    """Documents with which a document has findings of these kinds now."""
    return [one for one in await session.scalars(_PARTNERS, {"id": document_id, "kinds": list(kinds)}) if one]


async def addresses(session: AsyncSession) -> dict[str, tuple[UUID, Scope]]:
    """Documents by their addresses as they are compared, with their scopes."""
    return {normal_address(row.url): (row.id, row.scope) for row in await session.execute(_ADDRESSES)}


async def gone_addresses(session: AsyncSession) -> frozenset[str]:
    """Addresses that the last look of a crawl found gone, as they are compared."""
    return frozenset(normal_address(url) for url in await session.scalars(_GONE))


async def hold(session: AsyncSession, document_id: UUID) -> bool:
    """Keep a document from going away until the transaction ends; False if it has gone."""
    return await session.scalar(_SHARE, {"id": document_id}) is not None


async def replace(
    session: AsyncSession,
    ids: Collection[UUID],
    found: Iterable[NewFinding],
    *,
    kinds: Sequence[str],
    as_other: bool,
) -> None:
    """Make `found` the findings of these kinds of documents: new ones are added, those that no longer hold go."""
    rows = [asdict(one) | {"id": new_id()} for one in found]
    kept = list(dict.fromkeys(row["fingerprint"] for row in rows))
    await session.execute(
        _OUTDATED, {"ids": [str(one) for one in ids], "kinds": list(kinds), "kept": kept, "as_other": as_other}
    )
    if rows:
        unique = {row["fingerprint"]: row for row in rows}
        written = orjson.dumps(list(unique.values()), default=str).decode()
        await session.execute(_STORE, {"organisation_id": actor_of(session).organisation_id, "rows": written})


async def drop_unreadable(session: AsyncSession) -> None:
    """Delete findings about documents that are gone, excluded or not indexed."""
    await session.execute(_UNREADABLE)


async def mark_checked(session: AsyncSession, document_id: UUID) -> None:
    """Note that a document was checked as it is now."""
    values = {"check_id": new_id(), "organisation_id": actor_of(session).organisation_id, "id": document_id}
    await session.execute(_CHECKED, values)


async def finding(session: AsyncSession, finding_id: UUID, *, lock: bool = False) -> Finding | None:
    """One finding of the organisation."""
    statement = select(Finding).where(Finding.id == finding_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def finding_page(
    session: AsyncSession, *, state: str, kinds: Sequence[str], cursor: str | None, limit: int
) -> tuple[list[Any], str | None, str | None]:
    """Findings, the worst first, then the newest."""
    statement = select(*Finding.__table__.columns).where(Finding.state == state)
    if kinds:
        statement = statement.where(Finding.kind.in_(kinds))
    return await fetch_page(session, statement, _WORST, cursor=cursor, limit=limit)


async def counts(session: AsyncSession) -> Sequence[Any]:
    """How many findings there are, by state, kind and severity."""
    statement = select(Finding.state, Finding.kind, Finding.severity, func.count().label("count"))
    return (await session.execute(statement.group_by(Finding.state, Finding.kind, Finding.severity))).all()


async def checked_at(session: AsyncSession) -> datetime | None:
    """When the linter read a document last."""
    return await session.scalar(text("SELECT max(checked_at) FROM knowledge_checks"))


async def waiting(session: AsyncSession) -> int:
    """How many documents the linter has not read as they are."""
    return len(await changed_ids(session, limit=1_000))


async def described(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Any]:
    """What a list of findings shows of documents: title, address, kind and name of the source, scope."""
    rows = await session.execute(
        text("""
            SELECT d.id, d.title, d.url, d.scope, d.source_id, s.kind AS source_kind, s.name AS source_name
            FROM knowledge_documents d JOIN knowledge_sources s ON s.id = d.source_id
            WHERE d.id = ANY (CAST(:ids AS uuid[]))
        """),
        {"ids": [str(one) for one in ids]},
    )
    return {row.id: row for row in rows}


def handled(finding: Finding, *, state: str, reason: str, by: UUID | None, name: str) -> None:
    """Write down how somebody dealt with a finding."""
    finding.state, finding.reason = state, reason
    finding.handled_by, finding.handled_by_name, finding.handled_at = by, name, now()
