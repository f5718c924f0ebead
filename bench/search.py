"""Search over a hundred thousand passages, and how fast documents become passages.

The first passages are real work: cut, embedded, indexed by the product. The others are made of them in SQL's own way,
with words of the same rarity and vectors moved at random, because embedding a hundred thousand texts would take half
an hour. The floor of a search is the query's embedding and the bare vector index, asked as the owner without policies.
"""

import argparse
import asyncio
import os
import time
from uuid import UUID

import asyncpg
import numpy as np

from bench.data import settings
from bench.figures import Figure, percentile, show
from tradewind import modules
from tradewind.kernel.access import Actor
from tradewind.kernel.database import Database, asyncpg_connection
from tradewind.kernel.database.migrate import migrate
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import api as ai
from tradewind.modules.identity import api as identity
from tradewind.modules.knowledge.contracts import VISITOR_SCOPES
from tradewind.modules.knowledge.repository import passages
from tradewind.modules.knowledge.service.indexing import as_text, index_documents
from tradewind.modules.knowledge.service.search import search

GOAL_MS, GOAL_PER_SECOND, GOAL_RECALL = 60.0, 60.0, 0.98
CHUNKS, REAL, QUERIES = 100_000, 1_000, 200
_NAME = "Bench of search"
_BATCH = 1_000
_SYLLABLES = [a + b for a in "bdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "el", "is", "or")]


class Words:
    """Sentences of made-up words, as rare and as common as those of a language are."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(5)
        self.words = ["".join(self.random.choice(_SYLLABLES, 3)) for _ in range(30_000)]

    def text(self, length: int) -> str:
        """About `length` words in sentences."""
        chosen = [self.words[min(rank, len(self.words)) - 1] for rank in self.random.zipf(1.25, length)]
        return ". ".join(" ".join(chosen[at : at + 12]).capitalize() for at in range(0, length, 12)) + "."


def figures(*, leads: int = 1_000_000) -> list[Figure]:
    """Search's p95 with the query's embedding, recall of the vector index, and passages indexed a second."""
    modules.load_all()
    return asyncio.run(_measure(min(CHUNKS, leads)))


async def _measure(chunks: int) -> list[Figure]:
    database = Database(settings())
    database.start_server()
    await migrate(database)
    await database.open()
    try:
        actor, per_second = await prepared(database, chunks)
        return [*(await _searching(database, actor, chunks)), *per_second]
    finally:
        await database.close()


async def prepared(database: Database, chunks: int) -> tuple[Actor, list[Figure]]:
    """The organisation with its passages, made if it is not there, and how fast real ones are indexed."""
    async with database.owner_connection() as owner:
        connection = (await owner.get_raw_connection()).driver_connection
        assert connection is not None
        organisation_id = await connection.fetchval("SELECT id FROM organisations WHERE name = $1", f"{_NAME} {chunks}")
    if organisation_id is None:
        async with database.transaction(Actor.system(name="bench")) as session:
            organisation_id = await identity.create_organisation(session, name=f"{_NAME} {chunks}")
    actor = Actor.system(organisation_id, name="bench")
    words = Words()
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        source_id = await _source(connection, organisation_id)
        known = await connection.fetch("SELECT id FROM knowledge_documents ORDER BY id")
        ids = [row["id"] for row in known] or await _documents(connection, organisation_id, source_id, words)
        # The last one carries the copies.
        copies = ids.pop()
        started = time.perf_counter()
        made = 0
        for start in range(0, len(ids), 50):
            made += await index_documents(session, ids[start : start + 50])
        rate = made / (time.perf_counter() - started)
        there = await connection.fetchval("SELECT count(*) FROM knowledge_chunks") or 0
    if there < chunks:
        await _multiply(database, actor, copies, chunks - there)
    # 100 real words are about 130 tokens of English; made-up words have more, so this is the careful side.
    return actor, [
        Figure(
            "Ingest: cut, embedded, indexed", rate, "passages/s", goal=f"≥ {GOAL_PER_SECOND:.0f}/s",
            good=rate >= GOAL_PER_SECOND, note=f"{made} passages of up to 240 tokens, {os.cpu_count()} cores",
        )
    ]  # fmt: skip


async def _source(connection: asyncpg.Connection, organisation_id: UUID) -> UUID:
    known = await connection.fetchval("SELECT id FROM knowledge_sources LIMIT 1")
    if known is None:
        known = new_id()
        await connection.execute(
            "INSERT INTO knowledge_sources (id, organisation_id, kind, name, scope) VALUES ($1, $2, 'article', $3, "
            "'public')", known, organisation_id, _NAME,
        )  # fmt: skip
    return known


async def _documents(
    connection: asyncpg.Connection, organisation_id: UUID, source_id: UUID, words: Words
) -> list[UUID]:
    ids = [new_id() for _ in range(REAL)]
    await connection.execute(
        "INSERT INTO knowledge_documents (id, organisation_id, source_id, title, content, scope, language) "
        "SELECT id, $1, $2, title, content, 'public', 'en' "
        "FROM unnest($3::uuid[], $4::text[], $5::text[]) AS n (id, title, content)",
        organisation_id, source_id, ids, [words.text(3) for _ in ids], [words.text(45) for _ in ids],
    )  # fmt: skip
    return ids


async def _multiply(database: Database, actor: Actor, document_id: UUID, missing: int) -> None:
    """More passages like the real ones: each takes its words from several of them, and a vector near one's."""
    random = np.random.default_rng(9)
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        rows = await connection.fetch(
            "SELECT content, embedding::text AS embedding, terms, frequencies, words, tokens, sentences "
            f"FROM knowledge_chunks WHERE document_id <> $1 LIMIT {REAL}",
            document_id,
        )
    vectors = np.array([np.fromstring(row["embedding"][1:-1], sep=",") for row in rows], np.float32)
    for start in range(0, missing, _BATCH):
        made = []
        for _ in range(min(_BATCH, missing - start)):
            base, other = (rows[at] for at in random.integers(0, len(rows), 2))
            vector = vectors[random.integers(0, len(rows))] + random.normal(0, 0.03, 384)
            half = len(base["terms"]) // 2
            terms = list(dict.fromkeys([*base["terms"][:half], *other["terms"][len(other["terms"]) // 2 :]]))
            made.append(
                passages.Row(
                    new_id(), document_id, 1, "", base["content"], "en",
                    as_text(vector / np.linalg.norm(vector)), terms, bytes([1] * len(terms)), len(terms),
                    base["tokens"], base["sentences"],
                )
            )  # fmt: skip
        async with database.transaction(actor) as session:
            connection = await asyncpg_connection(session)
            assert actor.organisation_id is not None
            await passages.add(connection, actor.organisation_id, made)
            await passages.fold_counts(connection, actor.organisation_id)
    async with database.owner_connection() as owner:
        await owner.exec_driver_sql("ANALYZE knowledge_chunks")


async def _searching(database: Database, actor: Actor, chunks: int) -> list[Figure]:
    words = Words()
    queries = [words.text(8) for _ in range(QUERIES)]
    times, floors, recalls = [], [], []
    for query in queries:
        async with database.transaction(actor) as session:
            await session.connection()
            began = time.perf_counter()
            await search(session, query, scopes=VISITOR_SCOPES)
            times.append(1000 * (time.perf_counter() - began))
            connection = await asyncpg_connection(session)
            vector = as_text(ai.embed_locally([query])[0])
            if len(recalls) < 30:
                near = await passages.nearest(connection, vector, VISITOR_SCOPES, 50, exact=False)
                true = await passages.nearest(connection, vector, VISITOR_SCOPES, 50, exact=True)
                recalls.append(len({row["id"] for row in near} & {row["id"] for row in true}) / max(len(true), 1))
    async with database.owner_connection() as owner:
        raw = (await owner.get_raw_connection()).driver_connection
        assert raw is not None
        for query in queries:
            began = time.perf_counter()
            vector = as_text(ai.embed_locally([query])[0])
            await raw.fetch("SELECT id FROM knowledge_chunks ORDER BY embedding <#> $1::text::vector LIMIT 100", vector)
            floors.append(1000 * (time.perf_counter() - began))
    p95, floor = percentile(times, 0.95), percentile(floors, 0.95)
    recall = sum(recalls) / len(recalls)
    return [
        Figure(
            f"Search: {chunks:,} passages, p95", p95, "ms", goal=f"< {GOAL_MS:.0f} ms", good=p95 < GOAL_MS, floor=floor,
            ratio=p95 / floor, note=f"p50 {percentile(times, 0.5):.0f} ms, with the query's embedding",
        ),
        Figure(
            "Search: nearest 50 found by the index", recall, "of exact", goal=f"≥ {GOAL_RECALL}",
            good=recall >= GOAL_RECALL,
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=CHUNKS)
    show("Search over knowledge", figures(leads=parser.parse_args().chunks))
