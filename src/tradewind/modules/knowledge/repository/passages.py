"""SQL of the index of passages. Scope and expiry are conditions of every search, before anything is ranked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from tradewind.modules.knowledge import lexicon
from tradewind.modules.knowledge.contracts import Scope

# Rows of counts that may lie around before they are folded together.
_UNFOLDED = 256
# Up to this many visible passages are compared one by one: exact, and as fast as the index's detour.
EXACT_UP_TO = 4_000

_SEEN = "scope = ANY ($1::text[]) AND (expires_at IS NULL OR expires_at > now())"


@dataclass(frozen=True, slots=True)
class Row:
    """A passage ready to be stored."""

    id: UUID
    document_id: UUID
    ordinal: int
    heading: str
    content: str
    language: str
    embedding: str
    terms: list[int]
    frequencies: bytes
    words: int
    tokens: bytes
    sentences: bytes


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of the index somebody may see."""

    chunks: int
    words: int
    languages: tuple[str, ...]


async def stems(connection: asyncpg.Connection, words: Collection[str], language: str) -> dict[str, str]:
    """Stem of each word that says something in `language`; the others are left out."""
    rows = await connection.fetch(
        "SELECT word, (ts_lexize($2::text::regdictionary, word))[1] AS stem FROM unnest($1::text[]) AS word",
        list(words), lexicon.dictionary(language),
    )  # fmt: skip
    return {row["word"]: row["stem"] for row in rows if row["stem"]}


async def documents(connection: asyncpg.Connection, ids: Collection[UUID]) -> list[asyncpg.Record]:
    """Documents to index with their texts, and a mark that changes with them."""
    return await connection.fetch(
        """
        SELECT d.id, d.title, d.content, d.language, s.kind, md5(d.title || chr(10) || d.content) AS mark
        FROM knowledge_documents d JOIN knowledge_sources s ON s.id = d.source_id WHERE d.id = ANY ($1::uuid[])
        """,
        list(ids),
    )


async def lock_unchanged(connection: asyncpg.Connection, marks: dict[UUID, str]) -> set[UUID]:
    """Documents whose text still is what `documents` read; until the commit nobody changes them or their scope."""
    rows = await connection.fetch(
        "SELECT id, md5(title || chr(10) || content) AS mark FROM knowledge_documents WHERE id = ANY ($1::uuid[]) "
        "ORDER BY id FOR SHARE",
        list(marks),
    )
    return {row["id"] for row in rows if row["mark"] == marks[row["id"]]}


async def replace(
    connection: asyncpg.Connection, organisation_id: UUID, documents: Collection[UUID], rows: Sequence[Row]
) -> None:
    """Put `rows` in the place of all passages of `documents`."""
    await connection.execute("DELETE FROM knowledge_chunks WHERE document_id = ANY ($1::uuid[])", list(documents))
    if rows:
        await add(connection, organisation_id, rows)


async def warn(
    connection: asyncpg.Connection, documents: Collection[UUID], warning: str, *, about: Collection[UUID]
) -> None:
    """Have those of `documents` that it is `about` carry a warning, and the others not."""
    await connection.execute(
        """
        UPDATE knowledge_documents
        SET warnings = (warnings - $2::text) || CASE WHEN id = ANY ($3::uuid[]) THEN jsonb_build_array($2::text)
            ELSE '[]' END
        WHERE id = ANY ($1::uuid[]) AND (warnings ? $2::text) <> (id = ANY ($3::uuid[]))
        """,
        list(documents), warning, list(about),
    )  # fmt: skip


async def add(connection: asyncpg.Connection, organisation_id: UUID, rows: Sequence[Row]) -> None:
    """Store passages of documents that are there; a trigger gives them scope, source and expiry."""
    # Arrays inside an array must have one length: terms travel as text.
    await connection.execute(
        """
        INSERT INTO knowledge_chunks (id, organisation_id, document_id, source_id, ordinal, heading, content, scope,
            language, embedding, terms, frequencies, words, tokens, sentences)
        SELECT n.id, $1, n.document_id, d.source_id, n.ordinal, n.heading, n.content, d.scope,
            n.language, n.embedding::vector, n.terms::int[], n.frequencies, n.words, n.tokens, n.sentences
        FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::bytea[], $11::int[], $12::bytea[], $13::bytea[])
            AS n (id, document_id, ordinal, heading, content, language, embedding, terms, frequencies, words, tokens,
                sentences)
        JOIN knowledge_documents d ON d.id = n.document_id
        """,
        organisation_id, *_columns(rows),
    )  # fmt: skip


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [
        [row.id for row in rows], [row.document_id for row in rows], [row.ordinal for row in rows],
        [row.heading for row in rows], [row.content for row in rows], [row.language for row in rows],
        [row.embedding for row in rows], [f"{{{','.join(map(str, row.terms))}}}" for row in rows],
        [row.frequencies for row in rows], [row.words for row in rows], [row.tokens for row in rows],
        [row.sentences for row in rows],
    ]  # fmt: skip


async def fold_counts(connection: asyncpg.Connection, organisation_id: UUID) -> None:
    """Add up the rows of counts where many lie around; one transaction at a time does so, the others go on."""
    lying = await connection.fetchval("SELECT count(*) FROM knowledge_sizes")
    if (lying or 0) <= _UNFOLDED or not await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('knowledge.fold.' || $1, 0))", str(organisation_id)
    ):
        return
    await connection.execute("""
        WITH gone AS (DELETE FROM knowledge_terms RETURNING organisation_id, scope, term, chunks)
        INSERT INTO knowledge_terms (organisation_id, scope, term, chunks)
        SELECT organisation_id, scope, term, sum(chunks) FROM gone GROUP BY 1, 2, 3 HAVING sum(chunks) <> 0
    """)
    await connection.execute("""
        WITH gone AS (DELETE FROM knowledge_sizes RETURNING organisation_id, scope, language, chunks, words)
        INSERT INTO knowledge_sizes (organisation_id, scope, language, chunks, words)
        SELECT organisation_id, scope, language, sum(chunks), sum(words) FROM gone GROUP BY 1, 2, 3
        HAVING sum(chunks) <> 0
    """)


async def sizes(connection: asyncpg.Connection, scopes: frozenset[Scope]) -> Sizes:
    """What lies in the index for `scopes`."""
    rows = await connection.fetch(
        """
        SELECT language, sum(chunks) AS chunks, sum(words) AS words FROM knowledge_sizes
        WHERE scope = ANY ($1::text[]) GROUP BY 1 HAVING sum(chunks) > 0 ORDER BY 2 DESC
        """,
        sorted(scopes),
    )
    return Sizes(
        int(sum(row["chunks"] for row in rows)),
        int(sum(row["words"] for row in rows)),
        tuple(row["language"] for row in rows),
    )


async def chunks_with(
    connection: asyncpg.Connection, terms: Collection[int], scopes: frozenset[Scope]
) -> dict[int, int]:
    """In how many passages of `scopes` each term occurs; what is hidden from the asker never weighs in."""
    rows = await connection.fetch(
        "SELECT term, sum(chunks)::int AS chunks FROM knowledge_terms "
        "WHERE term = ANY ($2::int[]) AND scope = ANY ($1::text[]) GROUP BY term",
        sorted(scopes), list(terms),
    )  # fmt: skip
    return {row["term"]: row["chunks"] for row in rows}


_WORDS = "array_send(terms) AS terms, frequencies, words"


async def with_any(
    connection: asyncpg.Connection, terms: Collection[int], scopes: frozenset[Scope], limit: int
) -> list[asyncpg.Record]:
    """Passages that contain one of `terms`: id and words."""
    return await connection.fetch(
        f"SELECT id, {_WORDS} FROM knowledge_chunks WHERE {_SEEN} AND terms && $2::int[] LIMIT $3",
        sorted(scopes), list(terms), limit,
    )  # fmt: skip


async def with_all(
    connection: asyncpg.Connection, terms: Collection[int], scopes: frozenset[Scope], limit: int
) -> list[asyncpg.Record]:
    """Passages that contain all of `terms`: id and words."""
    return await connection.fetch(
        f"SELECT id, {_WORDS} FROM knowledge_chunks WHERE {_SEEN} AND terms @> $2::int[] LIMIT $3",
        sorted(scopes), list(terms), limit,
    )  # fmt: skip


async def nearest(
    connection: asyncpg.Connection, vector: str, scopes: frozenset[Scope], limit: int, *, exact: bool
) -> list[asyncpg.Record]:
    """The passages whose meaning is nearest, nearest first: id, words and cosine."""
    if not exact:
        # Goes on in the index until enough of what the asker may see is found.
        await connection.execute(
            "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '160', true)"
        )
    # The index holds 16-bit floats: half as much to read, and the same passages.
    distance = "(embedding <#> $2::text::vector)" if exact else "embedding::halfvec(384) <#> $2::text::halfvec(384)"
    return await connection.fetch(
        f"SELECT id, {_WORDS}, -(embedding <#> $2::text::vector) AS cosine FROM knowledge_chunks "
        f"WHERE {_SEEN} ORDER BY {distance}{' + 0' if exact else ''} LIMIT $3",
        sorted(scopes), vector, limit,
    )  # fmt: skip


async def details(
    connection: asyncpg.Connection, ids: Collection[UUID], vector: str, scopes: frozenset[Scope]
) -> list[asyncpg.Record]:
    """What ranks candidates finally: id, cosine, token vectors and tokens of each sentence."""
    return await connection.fetch(
        "SELECT id, -(embedding <#> $2::text::vector) AS cosine, tokens, sentences "
        f"FROM knowledge_chunks WHERE {_SEEN} AND id = ANY ($3::uuid[])",
        sorted(scopes), vector, list(ids),
    )  # fmt: skip


async def texts(
    connection: asyncpg.Connection, ids: Collection[UUID], scopes: frozenset[Scope]
) -> dict[UUID, asyncpg.Record]:
    """What is shown of passages."""
    rows = await connection.fetch(
        "SELECT c.id, c.document_id, c.source_id, c.heading, c.content, d.title, d.url "
        "FROM (SELECT id, document_id, source_id, heading, content FROM knowledge_chunks "
        f"WHERE {_SEEN} AND id = ANY ($2::uuid[])) c JOIN knowledge_documents d ON d.id = c.document_id",
        sorted(scopes), list(ids),
    )  # fmt: skip
    return {row["id"]: row for row in rows}
