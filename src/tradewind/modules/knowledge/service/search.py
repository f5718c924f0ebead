"""Search: words and meaning find candidates, which are then ranked by both and by the meaning of each single word.

All of it happens in the caller's transaction, and each statement is bound to the scopes asked for.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

import asyncpg
import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.ai import api as ai
from tradewind.modules.knowledge import lexicon, ranking, token_vectors
from tradewind.modules.knowledge.chunking import sentences_of
from tradewind.modules.knowledge.contracts import Passage, Scope, SearchResult
from tradewind.modules.knowledge.repository import passages
from tradewind.modules.knowledge.service.indexing import as_text

MOST_CHARACTERS = 2_000
# Candidates by meaning, by words, and how many of them are compared token by token.
_BY_MEANING, _BY_WORDS, _COMPARED = 100, 60, 64
# Passages whose words are read to find the best by words.
_READ = 3_000
_LANGUAGES = 4


@dataclass(frozen=True, slots=True)
class Query:
    """A query as the model reads it."""

    text: str
    vector: np.ndarray
    tokens: np.ndarray


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates, best first, with what their order comes from and which sentence fits best."""

    ids: list[UUID]
    signals: ranking.Signals
    sentences: list[int]

    @property
    def scores(self) -> np.ndarray:
        """One score a candidate, falling."""
        return self.signals.scores

    @property
    def answerable(self) -> float:
        """How likely (0–1) one of them holds the answer."""
        return self.signals.answerable


async def search(session: AsyncSession, query: str, *, scopes: frozenset[Scope], limit: int = 8) -> SearchResult:
    """The passages that fit `query` best, of those whose scope is in `scopes`; none for an empty query."""
    text = query[:MOST_CHARACTERS].strip()
    if not text or not scopes:
        return SearchResult((), 0.0)
    asked = (await asyncio.to_thread(read, [text]))[0]
    connection = await asyncpg_connection(session)
    ranked = await rank(connection, _organisation(session), asked, scopes=scopes)
    shown = await passages.texts(connection, ranked.ids[:limit], scopes)
    found = [
        _passage(shown[chunk_id], ranked, place)
        for place, chunk_id in enumerate(ranked.ids[:limit])
        if chunk_id in shown
    ]
    return SearchResult(tuple(found), ranked.answerable)


def read(texts: list[str]) -> list[Query]:
    """Queries with their vectors. Blocks: use a thread."""
    return [
        Query(text, vectors.vector, token_vectors.rotated(vectors.tokens))
        for text, vectors in zip(texts, ai.embed_passages_locally(texts), strict=True)
    ]


async def rank(
    connection: asyncpg.Connection, organisation_id: UUID, query: Query, *, scopes: frozenset[Scope]
) -> Ranked:
    """Candidates of a query, best first."""
    sizes = await passages.sizes(connection, scopes)
    if not sizes.chunks:
        return Ranked([], ranking.NOTHING, [])
    words, common = await _words(connection, organisation_id, query.text, sizes, scopes)
    vector = as_text(query.vector)
    exact = sizes.chunks <= passages.EXACT_UP_TO
    near = await passages.nearest(connection, vector, scopes, _BY_MEANING, exact=exact)
    saying = await _saying(connection, words, common, scopes)
    candidates = {row["id"]: row for row in (*saying, *near)}
    if not candidates:
        return Ranked([], ranking.NOTHING, [])
    ids = list(candidates)
    lexical = ranking.lexical(words, [(row["terms"], row["frequencies"], row["words"]) for row in candidates.values()])
    cosines = {row["id"]: row["cosine"] for row in near}
    chosen = _chosen(ids, lexical, cosines)
    details = {row["id"]: row for row in await passages.details(connection, [ids[at] for at in chosen], vector, scopes)}
    chosen = [at for at in chosen if ids[at] in details]
    rows = [details[ids[at]] for at in chosen]
    fit = token_vectors.fit(query.tokens, [(row["tokens"], row["sentences"]) for row in rows])
    semantic = np.array([row["cosine"] for row in rows])
    signals = ranking.Signals(lexical[chosen], semantic, fit.whole, fit.sentence)
    order = np.argsort(-signals.scores, kind="stable")
    return Ranked([ids[chosen[at]] for at in order], signals.ordered(order), [fit.places[at] for at in order])


def _chosen(ids: list[UUID], lexical: np.ndarray, cosines: Mapping[UUID, float]) -> list[int]:
    """Which candidates are compared token by token: the best by words, the nearest, the best by both."""
    least = min(cosines.values(), default=0.0)
    semantic = np.array([cosines.get(chunk_id, least) for chunk_id in ids])
    both = ranking.Signals(lexical, semantic, semantic, semantic).scores
    chosen: dict[int, None] = {}
    for order, most in ((lexical, _BY_WORDS // 3), (semantic, _BY_MEANING // 5), (both, _COMPARED)):
        chosen.update(dict.fromkeys(int(at) for at in np.argsort(-order, kind="stable")[:most]))
    return list(chosen)[:_COMPARED]


async def _words(
    connection: asyncpg.Connection, organisation_id: UUID, text: str, sizes: passages.Sizes, scopes: frozenset[Scope]
) -> tuple[ranking.Words, dict[int, int]]:
    """The query's words as terms in each language of the index, and how many passages have each term."""
    said = list(dict.fromkeys(lexicon.words(text)))
    groups: dict[str, set[int]] = {}
    for language in sizes.languages[:_LANGUAGES]:
        for word, stem in (await passages.stems(connection, said, language)).items():
            groups.setdefault(word, set()).add(lexicon.term(organisation_id, stem))
    common = await passages.chunks_with(connection, {term for group in groups.values() for term in group}, scopes)
    # Two words of one stem are one word.
    distinct = tuple(dict.fromkeys(frozenset(group) for group in groups.values()))
    weights = tuple(ranking.rarity(sizes.chunks, max(common.get(term, 0) for term in group)) for group in distinct)
    return ranking.Words(distinct, weights, sizes.words / sizes.chunks), common


async def _saying(
    connection: asyncpg.Connection, words: ranking.Words, common: Mapping[int, int], scopes: frozenset[Scope]
) -> list[asyncpg.Record]:
    """The passages that are best by words: of those with one of the rarer words, or with the two rarest together."""
    terms = sorted((count, term) for term, count in common.items() if count > 0)
    if not terms:
        return []
    totals = accumulate(count for count, _ in terms)
    rare = [term for (_, term), total in zip(terms, totals, strict=True) if total <= _READ]
    found = await passages.with_any(connection, rare, scopes, _READ) if rare else []
    if len(rare) < len(terms) and len(rare) < 2:
        both = [term for _, term in terms[:2]]
        found += await passages.with_all(connection, both, scopes, _READ)
    if len(found) <= _BY_WORDS:
        return found
    scores = ranking.lexical(words, [(row["terms"], row["frequencies"], row["words"]) for row in found])
    return [found[at] for at in np.argsort(-scores, kind="stable")[:_BY_WORDS]]


def _passage(shown: asyncpg.Record, ranked: Ranked, place: int) -> Passage:
    said = sentences_of(shown["content"]) or [shown["content"]]
    return Passage(
        chunk_id=shown["id"], document_id=shown["document_id"], source_id=shown["source_id"], title=shown["title"],
        url=shown["url"], heading=shown["heading"], content=shown["content"],
        best_sentence=said[min(ranked.sentences[place], len(said) - 1)], score=float(ranked.scores[place]),
        lexical=float(ranked.signals.lexical[place]), semantic=float(ranked.signals.semantic[place]),
    )  # fmt: skip


def _organisation(session: AsyncSession) -> UUID:
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    return organisation_id
