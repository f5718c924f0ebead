"""The product's own index and search on anyone's texts and questions.

Everything happens in one transaction that is rolled back at the end: an organisation of its own, its documents, the
index. Nobody else ever sees it, and a process that dies leaves nothing behind.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.database.engine import set_tenant
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.contracts import COLLEAGUE_SCOPES
from tradewind.modules.knowledge.evaluation.files import Ranking, Text
from tradewind.modules.knowledge.service import indexing, search

Report = Callable[[int, int, str], None]

_INDEXED_AT_ONCE, _ASKED_AT_ONCE = 128, 32


class _Finished(Exception):
    """Ends the transaction without a commit."""


async def rankings(
    database: Database, corpus: Sequence[Text], queries: Sequence[Text], report: Report
) -> list[Ranking]:
    """What the search finds in `corpus` for each of `queries`, in their order; `report` hears of done, total, step."""
    found: list[Ranking] = []
    try:
        async with database.transaction(Actor.system(name="evaluation")) as session:
            organisation_id = await identity.create_organisation(session, name="Evaluation")
            actor = Actor.system(organisation_id, name="evaluation")
            session.info["actor"] = actor
            await set_tenant(session, actor)
            connection = await asyncpg_connection(session)
            names = await _index(session, connection, organisation_id, corpus, report)
            async for ranking in _ask(connection, organisation_id, names, queries):
                found.append(ranking)
                report(len(found), len(queries), "Searching")
            raise _Finished
    except _Finished:
        return found


async def _index(
    session: AsyncSession, connection: asyncpg.Connection, organisation_id: UUID, corpus: Sequence[Text], report: Report
) -> dict[UUID, str]:
    """Store and index the corpus; the ids it has in its file by the documents' own."""
    source_id = new_id()
    await connection.execute(
        "INSERT INTO knowledge_sources (id, organisation_id, kind, name, scope) "
        "VALUES ($1, $2, 'article', 'Evaluation', 'public')",
        source_id, organisation_id,
    )  # fmt: skip
    names: dict[UUID, str] = {}
    # Texts of like length are embedded together.
    ordered = sorted(corpus, key=lambda one: len(one.text))
    for batch in _batches(ordered, _INDEXED_AT_ONCE):
        ids = [new_id() for _ in batch]
        await connection.execute(
            "INSERT INTO knowledge_documents (id, organisation_id, source_id, title, content, scope) "
            "SELECT id, $1, $2, title, content, 'public' FROM unnest($3::uuid[], $4::text[], $5::text[]) "
            "AS n (id, title, content)",
            organisation_id, source_id, ids, [one.title for one in batch], [one.text for one in batch],
        )  # fmt: skip
        await indexing.index_documents(session, ids)
        names |= {document_id: one.id for document_id, one in zip(ids, batch, strict=True)}
        report(len(names), len(corpus), "Indexing")
    return names


async def _ask(
    connection: asyncpg.Connection, organisation_id: UUID, names: dict[UUID, str], queries: Sequence[Text]
) -> AsyncIterator[Ranking]:
    owners = {
        row["id"]: names[row["document_id"]]
        for row in await connection.fetch("SELECT id, document_id FROM knowledge_chunks")
    }
    for batch in _batches(queries, _ASKED_AT_ONCE):
        texts = [query.text[: search.MOST_CHARACTERS].strip() for query in batch]
        for query, asked in zip(batch, await asyncio.to_thread(search.read, texts), strict=True):
            ranked = await search.rank(connection, organisation_id, asked, scopes=COLLEAGUE_SCOPES)
            yield Ranking(query.id, tuple(_by_document(ranked, owners)), ranked.answerable)


def _by_document(ranked: search.Ranked, owners: dict[UUID, str]) -> Iterator[tuple[str, float]]:
    """Each document with the score of its best passage."""
    seen: set[str] = set()
    for chunk_id, score in zip(ranked.ids, ranked.scores.tolist(), strict=True):
        document = owners[chunk_id]
        if document not in seen:
            seen.add(document)
            yield document, score


def _batches(values: Sequence[Text], size: int) -> Iterator[Sequence[Text]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
