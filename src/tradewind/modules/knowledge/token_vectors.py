"""Vectors of single tokens, kept as signs: 48 bytes a token, and on the measured sets as good as 32-bit floats.

A fixed rotation spreads what a vector says evenly over its dimensions; then the signs alone give a dot product with an
error of about 0.04. A passage meets a query as well as each of the query's tokens meets its best token (late
interaction), which finds names and numbers that one vector for a whole passage blurs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

DIMENSIONS = 384
BYTES = DIMENSIONS // 8
_SEED = 7
_BLOCK = 1024
# Mean absolute value of a dimension of a random vector of length one: what a sign stands for.
_UNIT = float(np.sqrt(np.pi / 2 / DIMENSIONS))


@lru_cache
def _rotation() -> np.ndarray:
    """(384, 384) orthogonal, the same in every process."""
    made = np.random.Generator(np.random.PCG64(_SEED)).standard_normal((DIMENSIONS, DIMENSIONS))
    return np.linalg.qr(made)[0].astype(np.float32)


def rotated(tokens: np.ndarray) -> np.ndarray:
    """A query's tokens (n, 384), ready for `best_matches`."""
    return tokens @ _rotation()


def packed(tokens: np.ndarray) -> bytes:
    """Signs of a passage's tokens (n, 384): n × 48 bytes."""
    return np.packbits(rotated(tokens) > 0, axis=1).tobytes()


@dataclass(frozen=True, slots=True)
class Fit:
    """How passages meet a query's tokens: on average by the whole passage, by its best sentence, and which that is."""

    whole: np.ndarray
    sentence: np.ndarray
    places: list[int]


def fit(query: np.ndarray, passages: Sequence[tuple[bytes, bytes]]) -> Fit:
    """`passages` are packed tokens, and how many of them belong to the prefix and to each sentence (uint16).

    The prefix, which holds a pair's question, may meet a query like a sentence; `places` count real sentences alone.
    """
    parts = [_split(tokens, counts) for tokens, counts in passages]
    starts = np.cumsum([0, *(len(each) for each in parts)])
    matches = best_matches(query, [part for each in parts for part in each])
    # An empty query has no tokens.
    count = max(len(query), 1)
    means = matches.sum(axis=0) / count
    whole = np.maximum.reduceat(matches, starts[:-1], axis=1).sum(axis=0) / count
    sentence = np.maximum.reduceat(means, starts[:-1])
    places = [
        int(means[start + 1 : end].argmax()) if end > start + 1 else 0 for start, end in pairwise(starts.tolist())
    ]
    return Fit(whole, sentence, places)


def _split(tokens: bytes, counts: bytes) -> list[bytes]:
    ends = np.cumsum(np.frombuffer(counts, np.uint16), dtype=np.int64).tolist()
    return [tokens[start * BYTES : end * BYTES] for start, end in pairwise([0, *ends])] or [tokens]


def best_matches(query: np.ndarray, parts: Sequence[bytes]) -> np.ndarray:
    """(query tokens, parts): the cosine, roughly, of each token's best match in each part; 0 where a part is empty."""
    lengths = np.array([len(part) // BYTES for part in parts])
    result = np.zeros((len(query), len(parts)), np.float32)
    filled = np.flatnonzero(lengths)
    if not filled.size or not len(query):
        return result
    similarities = _similarities(query, np.frombuffer(b"".join(parts), np.uint8).reshape(-1, BYTES))
    starts = np.concatenate(([0], np.cumsum(lengths[filled])[:-1]))
    result[:, filled] = np.maximum.reduceat(similarities, starts, axis=1)
    return result


def _similarities(query: np.ndarray, packed_tokens: np.ndarray) -> np.ndarray:
    """(query tokens, tokens): cosines, roughly. For bits instead of signs q·sign = 2 q·bit - Σq; blocks fit a cache."""
    result = np.empty((len(query), len(packed_tokens)), np.float32)
    bits = np.empty((min(_BLOCK, len(packed_tokens)), DIMENSIONS), np.float32)
    twice = query * (2 * _UNIT)
    for start in range(0, len(packed_tokens), _BLOCK):
        block = packed_tokens[start : start + _BLOCK]
        bits[: len(block)] = np.unpackbits(block, axis=1)
        np.matmul(twice, bits[: len(block)].T, out=result[:, start : start + len(block)])
    result -= query.sum(axis=1, keepdims=True) * _UNIT
    return result
