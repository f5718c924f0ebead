"""How well passages fit a query: words weighted by rarity (BM25), meaning as a whole, and meaning word by word.

The weights were chosen by cross-validation over the queries of the sets of docs/intelligence.md, the likelihood of an
answer by cross-validation over their articles; both are the same for every corpus.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# BM25's saturation of repeated words, and how far long passages are held back.
K1, B = 1.0, 0.5
# Weights of the share of words, of the passage's vector, of all its tokens, and of its best sentence's.
LEXICAL, SEMANTIC, TOKENS, SENTENCE = 1.0, 0.75, 2.0, 0.5
# Likelihood of an answer = logistic(INTERCEPT + Σ weight · feature of the best passage).
INTERCEPT, BY_LEXICAL, BY_SEMANTIC, BY_TOKENS, BY_SENTENCE = -17.6, 9.9, 7.9, 12.9, 12.4


@dataclass(frozen=True, slots=True)
class Words:
    """What a query asks for: alternatives of each word as terms of the index, and how rare each word is."""

    groups: tuple[frozenset[int], ...]
    weights: tuple[float, ...]
    mean_words: float

    @property
    def most(self) -> float:
        """The score of a passage that says nothing else."""
        return sum(self.weights) * (K1 + 1)


def rarity(chunks: int, containing: int) -> float:
    """Weight of a word that `containing` of `chunks` passages contain."""
    return math.log(1 + (chunks - containing + 0.5) / (containing + 0.5)) if chunks >= containing else 0.0


def lexical(words: Words, rows: Sequence[tuple[bytes, bytes, int]]) -> np.ndarray:
    """Share (0–1) of the query's words each passage meets, by BM25; rows are terms (as `array_send` gives them),
    frequencies and number of words."""
    result = np.zeros(len(rows))
    if not rows or not words.most:
        return result
    counts = np.array([len(row[1]) for row in rows])
    filled = counts > 0
    # An empty array has a shorter head than others and no elements.
    terms = np.concatenate([_terms(row[0]) for row in rows])
    frequencies = np.frombuffer(b"".join(row[1] for row in rows), np.uint8).astype(np.float64)
    owner = np.repeat(np.arange(len(rows)), counts)
    lengths = np.array([row[2] for row in rows])
    slow = K1 * (1 - B + B * lengths / max(words.mean_words, 1.0))
    for group, weight in zip(words.groups, words.weights, strict=True):
        hits = np.isin(terms, list(group)) if len(group) > 1 else terms == next(iter(group))
        found = np.zeros(len(rows))
        np.maximum.at(found, owner[hits], frequencies[hits])
        result[filled] += weight * (found * (K1 + 1) / (found + slow))[filled]
    return result / words.most


def _terms(sent: bytes) -> np.ndarray:
    """Elements of an int4[] in PostgreSQL's binary form: a head of 20 bytes, then length and value of each."""
    return np.frombuffer(sent, ">i4", offset=20)[1::2] if len(sent) > 20 else np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of candidates, an array each."""

    lexical: np.ndarray
    semantic: np.ndarray
    tokens: np.ndarray
    sentence: np.ndarray

    @property
    def scores(self) -> np.ndarray:
        """One score a passage."""
        return LEXICAL * self.lexical + SEMANTIC * self.semantic + TOKENS * self.tokens + SENTENCE * self.sentence

    @property
    def answerable(self) -> float:
        """How likely (0–1) one of the passages holds the answer."""
        if not len(self.lexical):
            return 0.0
        evidence = (
            BY_LEXICAL * self.lexical.max() + BY_SEMANTIC * self.semantic.max() + BY_TOKENS * self.tokens.max()
            + BY_SENTENCE * self.sentence.max()
        )  # fmt: skip
        return float(1 / (1 + np.exp(-(INTERCEPT + evidence))))

    def ordered(self, order: np.ndarray) -> "Signals":
        """The same in another order."""
        return Signals(self.lexical[order], self.semantic[order], self.tokens[order], self.sentence[order])


NOTHING = Signals(*(np.zeros(0) for _ in range(4)))
