"""Documents become passages that can be found: cut, embedded, their words counted."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import islice, pairwise
from uuid import UUID

import asyncpg
import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import api as ai
from tradewind.modules.knowledge import lexicon, token_vectors
from tradewind.modules.knowledge.chunking import Piece, pieces
from tradewind.modules.knowledge.extraction.language import language_of
from tradewind.modules.knowledge.repository import passages

# Of a longer document only these can be found, and it says so.
MAX_PASSAGES = 10_000
TOO_LONG = f"Only the first {MAX_PASSAGES:,} passages can be found. Split the text into several documents."
_MOST_FREQUENT = 255
# The vectors of all tokens of so many passages take about 100 MB until they are packed.
_EMBEDDED_AT_ONCE = 256


async def index_document(session: AsyncSession, document_id: UUID) -> int:
    """Replace the document's passages by those of its current content; returns how many there are now.

    They can be found as soon as the caller commits. A document that is deleted or excluded gets none.
    """
    return await index_documents(session, [document_id])


async def index_documents(session: AsyncSession, document_ids: Collection[UUID]) -> int:
    """`index_document` for many at once, which embeds texts of like length together."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    connection = await asyncpg_connection(session)
    documents = await passages.documents(connection, document_ids)
    read = await asyncio.to_thread(_read, documents)
    # Reading takes a while. What has changed meanwhile is indexed anew by whoever changed it, so is left to them.
    unchanged = await passages.lock_unchanged(connection, {row["id"]: row["mark"] for row in documents})
    rows: list[passages.Row] = []
    too_long: list[UUID] = []
    for (document, language, found), vectors in read:
        if document["id"] not in unchanged:
            continue
        # A title's words count twice: they say what all of it is about.
        title = f"{document['title']} {document['title']}"
        words = [lexicon.words(f"{title} {piece.heading} {piece.content}") for piece in found]
        stems = await passages.stems(connection, {word for each in words for word in each}, language)
        if len(found) > len(vectors):
            too_long.append(document["id"])
        for ordinal, (piece, said, vector) in enumerate(zip(found, words, vectors, strict=False)):
            rows.append(_row(organisation_id, document, ordinal, language, piece, said, stems, vector))
    await passages.replace(connection, organisation_id, unchanged, rows)
    await passages.warn(connection, unchanged, TOO_LONG, about=too_long)
    await passages.fold_counts(connection, organisation_id)
    return len(rows)


Cut = tuple[asyncpg.Record, str, list[Piece]]
Vectors = tuple[np.ndarray, bytes, bytes]


def _read(documents: Sequence[asyncpg.Record]) -> list[tuple[Cut, list[Vectors]]]:
    """Each document with its language and passages, and what the model says of them."""
    cuts: list[Cut] = []
    for document in documents:
        language = document["language"] or language_of(document["content"]) or lexicon.DEFAULT_LANGUAGE
        found = pieces(document["title"], document["content"], ai.count_tokens, pair=document["kind"] == "qa")
        cuts.append((document, language[:2], found[: MAX_PASSAGES + 1]))
    told = [(prefix(cut[0]["title"], piece.heading), piece) for cut in cuts for piece in cut[2][:MAX_PASSAGES]]
    vectors: list[Vectors] = []
    for start in range(0, len(told), _EMBEDDED_AT_ONCE):
        part = told[start : start + _EMBEDDED_AT_ONCE]
        read = ai.embed_passages_locally([before + piece.content for before, piece in part])
        vectors += [_vectors(each, len(before), piece) for each, (before, piece) in zip(read, part, strict=True)]
    following = iter(vectors)
    return [(cut, list(islice(following, min(len(cut[2]), MAX_PASSAGES)))) for cut in cuts]


def prefix(title: str, heading: str) -> str:
    """What stands before a passage when it is embedded: without it a section rarely says what it is about."""
    above = " › ".join(part for part in (title.strip(), heading) if part)
    return f"{above}. " if above else ""


def _vectors(vectors: ai.TextVectors, start: int, piece: Piece) -> Vectors:
    """The passage's vector, its tokens packed, and how many tokens the prefix and each sentence have."""
    bounds = [start]
    for sentence in piece.sentences:
        at = piece.content.find(sentence.strip(), bounds[-1] - start)
        bounds.append(bounds[-1] if at < 0 else start + at + len(sentence.strip()))
    starts = np.array([begin for begin, _ in vectors.offsets])
    places = [0, *(int(np.searchsorted(starts, bound)) for bound in bounds)]
    counts = np.array([following - place for place, following in pairwise(places)], np.uint16)
    return vectors.vector, token_vectors.packed(vectors.tokens), counts.tobytes()


def _row(
    organisation_id: UUID, document: asyncpg.Record, ordinal: int, language: str, piece: Piece, said: list[str],
    stems: dict[str, str], vectors: Vectors,
) -> passages.Row:  # fmt: skip
    counts = Counter(lexicon.term(organisation_id, stems[word]) for word in said if word in stems)
    vector, tokens, sentences = vectors
    return passages.Row(
        id=new_id(), document_id=document["id"], ordinal=ordinal, heading=piece.heading, content=piece.content,
        language=language, embedding=as_text(vector), terms=list(counts),
        frequencies=bytes(min(count, _MOST_FREQUENT) for count in counts.values()), words=sum(counts.values()),
        tokens=tokens, sentences=sentences,
    )  # fmt: skip


def as_text(vector: np.ndarray) -> str:
    """A vector as PostgreSQL reads it."""
    return f"[{','.join(map('{:.7g}'.format, vector.tolist()))}]"
