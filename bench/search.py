"""Search over a hundred thousand passages, and how fast documents become passages.

A thousand passages are real work: cut, embedded, indexed by the product. The others are made of them and copied in at
once, because embedding a hundred thousand texts would take half an hour: words of two real passages joined, so they
are as rare as before, and a vector moved at random from a real one's, so they lie in clusters. That serves to measure
time, not quality. Making 100,000 takes some three minutes, once. The floor of a search is the query's embedding and
the bare vector index, asked as the owner without policies.
"""

import argparse
import asyncio
import os
import struct
import time
from collections.abc import Iterator
from typing import Any
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
_INDEXED_AT_ONCE = 50
# Faster built from all rows than row by row.
_LARGE = ["knowledge_chunks_near", "knowledge_chunks_terms"]
_COLUMNS = (
    "id", "organisation_id", "document_id", "source_id", "ordinal", "heading", "content", "scope", "language",
    "embedding", "terms", "frequencies", "words", "tokens", "sentences",
)  # fmt: skip
_BARE = "SELECT id FROM knowledge_chunks ORDER BY embedding::halfvec(384) <#> $1::text::halfvec(384) LIMIT 100"
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
        actor, there = await prepared(database, chunks)
        return [*(await _searching(database, actor, there)), await _indexing(database, actor)]
    finally:
        await database.close()


async def prepared(database: Database, chunks: int) -> tuple[Actor, int]:
    """The bench's organisation and how many passages it has: at least `chunks`, made if they are not there."""
    async with database.owner_connection() as owner:
        connection = (await owner.get_raw_connection()).driver_connection
        assert connection is not None
        organisation_id = await connection.fetchval("SELECT id FROM organisations WHERE name = $1", _NAME)
    if organisation_id is None:
        async with database.transaction(Actor.system(name="bench")) as session:
            organisation_id = await identity.create_organisation(session, name=_NAME)
    actor = Actor.system(organisation_id, name="bench")
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        source_id = await _source(connection, organisation_id)
        ids = await _known(connection)
        if not ids:
            ids = await _documents(connection, organisation_id, source_id, Words())
            for start in range(0, REAL, _INDEXED_AT_ONCE):
                await index_documents(session, ids[start : min(start + _INDEXED_AT_ONCE, REAL)])
        there = await connection.fetchval("SELECT count(*) FROM knowledge_chunks") or 0
    if there < chunks:
        # The document after the real ones carries the copies.
        await _multiply(database, actor, source_id, ids[REAL], chunks - there)
    return actor, max(there, chunks)


async def _known(connection: asyncpg.Connection) -> list[UUID]:
    return [row["id"] for row in await connection.fetch("SELECT id FROM knowledge_documents ORDER BY id")]


async def _indexing(database: Database, actor: Actor) -> Figure:
    """Real documents indexed anew, into an index as full as it is."""
    async with database.transaction(actor) as session:
        ids = (await _known(await asyncpg_connection(session)))[:REAL]
        started = time.perf_counter()
        made = 0
        for start in range(0, len(ids), _INDEXED_AT_ONCE):
            made += await index_documents(session, ids[start : start + _INDEXED_AT_ONCE])
        rate = made / (time.perf_counter() - started)
    # 100 real words are about 130 tokens of English; made-up words have more, so this is the careful side.
    return Figure(
        "Ingest: cut, embedded, indexed", rate, "passages/s", goal=f"≥ {GOAL_PER_SECOND:.0f}/s",
        good=rate >= GOAL_PER_SECOND, note=f"{made} passages of 45 made-up words, {os.cpu_count()} cores",
    )  # fmt: skip


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
    ids = sorted(new_id() for _ in range(REAL + 1))
    await connection.execute(
        "INSERT INTO knowledge_documents (id, organisation_id, source_id, title, content, scope, language) "
        "SELECT id, $1, $2, title, content, 'public', 'en' "
        "FROM unnest($3::uuid[], $4::text[], $5::text[]) AS n (id, title, content)",
        organisation_id, source_id, ids, [words.text(3) for _ in ids], [words.text(45) for _ in ids],
    )  # fmt: skip
    return ids


async def _multiply(database: Database, actor: Actor, source_id: UUID, document_id: UUID, missing: int) -> None:
    """More passages like the real ones, in one transaction that builds the large indexes when all rows are in."""
    async with database.transaction(actor) as session:
        connection = await asyncpg_connection(session)
        real = await connection.fetch(
            "SELECT content, embedding::text AS embedding, terms, tokens, sentences "
            f"FROM knowledge_chunks WHERE document_id <> $1 ORDER BY id LIMIT {REAL}",
            document_id,
        )
    url = database.owner_url.set(drivername="postgresql").render_as_string(hide_password=False)
    owner = await asyncpg.connect(dsn=url)
    try:
        # pgvector's binary form goes as it is.
        await owner.set_type_codec("vector", encoder=bytes, decoder=bytes, format="binary")
        async with owner.transaction():
            await owner.execute("SET LOCAL maintenance_work_mem = '1GB'")
            indexes = await owner.fetch("SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY ($1)", _LARGE)
            for index in indexes:
                await owner.execute(f"DROP INDEX {index['indexname']}")
            await owner.copy_records_to_table(
                "knowledge_chunks", columns=_COLUMNS, records=_copies(real, actor, source_id, document_id, missing)
            )
            for index in indexes:
                await owner.execute(index["indexdef"])
        await owner.execute("VACUUM ANALYZE knowledge_chunks, knowledge_terms, knowledge_sizes")
    finally:
        await owner.close()


def _copies(
    real: list[asyncpg.Record], actor: Actor, source_id: UUID, document_id: UUID, count: int
) -> Iterator[tuple[Any, ...]]:
    """Rows of `_COLUMNS`: each takes its words from two of the real ones, and a vector near another one's."""
    random = np.random.default_rng(9)
    vectors = np.array([np.fromstring(row["embedding"][1:-1], sep=",") for row in real], np.float32)
    head = struct.pack(">HH", vectors.shape[1], 0)
    for _ in range(count):
        one, other, near = random.integers(0, len(real), 3)
        vector = vectors[near] + random.normal(0, 0.03, vectors.shape[1])
        terms, more = real[one]["terms"], real[other]["terms"]
        terms = list(dict.fromkeys([*terms[: len(terms) // 2], *more[len(more) // 2 :]]))
        yield (
            new_id(), actor.organisation_id, document_id, source_id, 1, "", real[one]["content"], "public", "en",
            head + (vector / np.linalg.norm(vector)).astype(">f4").tobytes(), terms, bytes([1] * len(terms)),
            len(terms), real[one]["tokens"], real[one]["sentences"],
        )  # fmt: skip


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
        await raw.execute("SET hnsw.ef_search = 160")
        for query in queries:
            began = time.perf_counter()
            vector = as_text(ai.embed_locally([query])[0])
            await raw.fetch(_BARE, vector)
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
