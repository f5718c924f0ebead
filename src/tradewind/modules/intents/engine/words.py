"""What the words and letters of a text say: naive Bayes over hashed pieces, strong where a few words give it away."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

BUCKETS = 1 << 17
_SMOOTHING = 0.02
_WORD = re.compile(r"\w+")
_LETTERS = range(2, 6)


def pieces(text: str) -> list[str]:
    """Words, pairs of words, and runs of 2 to 5 letters inside words with their borders."""
    words = _WORD.findall(text.lower())
    found = [f"w{word}" for word in words] + [f"w{one} {two}" for one, two in pairwise(words)]
    for word in words:
        bordered = f" {word} "
        for length in _LETTERS:
            found += [bordered[at : at + length] for at in range(max(1, len(bordered) - length + 1))]
    return found


def _counts(texts: Sequence[str]) -> Any:
    from scipy.sparse import csr_array

    indices: list[int] = []
    values: list[float] = []
    starts = [0]
    for text in texts:
        counted = Counter(zlib.crc32(piece.encode()) % BUCKETS for piece in pieces(text))
        indices += counted.keys()
        values += [1 + np.log(times) for times in counted.values()]
        starts.append(len(indices))
    return csr_array(
        (np.array(values, np.float32), np.array(indices, np.int32), np.array(starts, np.int32)),
        shape=(len(texts), BUCKETS),
    )


def _weighted(counts: Any, rarity: np.ndarray) -> Any:
    weighted = counts.copy()
    weighted.data = weighted.data * rarity[weighted.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    norms = np.sqrt(np.bincount(rows, weighted.data**2, counts.shape[0]))
    weighted.data = (weighted.data / np.maximum(norms, 1e-9)[rows]).astype(np.float32)
    return weighted


@dataclass(frozen=True, slots=True)
class Words:
    """`gain` (buckets × labels): how much more a piece says for a label than nothing; `base`: what any piece costs."""

    rarity: np.ndarray
    gain: "csr_array"
    base: np.ndarray

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """Log-likelihoods (texts × labels), up to a constant a text."""
        weighted = _weighted(_counts(texts), self.rarity)
        return _likelihoods(weighted, self)


class Counted:
    """Texts taken apart once, from which models of any part of them are learned."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = _counts(texts)

    def learn(self, rows: np.ndarray, labels: np.ndarray, label_count: int) -> Words:
        """Learn from the given rows, whose labels are `labels` (0 … label_count - 1)."""
        from scipy.sparse import csr_array

        counts = self._counts[rows]
        seen = np.bincount(counts.indices, minlength=BUCKETS)
        rarity = (np.log((1 + len(rows)) / (1 + seen)) + 1).astype(np.float32)
        member = csr_array(
            (np.ones(len(rows), np.float32), (labels, np.arange(len(rows)))), shape=(label_count, len(rows))
        )
        sums = csr_array((member @ _weighted(counts, rarity)).T)
        totals = np.asarray(sums.sum(axis=0)).ravel() + _SMOOTHING * np.count_nonzero(seen)
        sums.data = np.log(sums.data + _SMOOTHING) - np.log(_SMOOTHING)
        return Words(rarity, sums, (np.log(_SMOOTHING) - np.log(totals)).astype(np.float32))

    def scores(self, model: Words, rows: np.ndarray) -> np.ndarray:
        """`Words.scores` of the given rows."""
        weighted = _weighted(self._counts[rows], model.rarity)
        return _likelihoods(weighted, model)


def _likelihoods(weighted: Any, model: Words) -> np.ndarray:
    gained: Any = weighted @ model.gain
    return gained.toarray() + np.outer(weighted.sum(axis=1), model.base)


_COMMON = frozenset(
    re.findall(
        r"\w+",
        """a about all am an and any are as at be been but by can could did do does for from get got had has have hello
        hey hi how i if in is it its just me my need no not now of on or our out please so some tell that the their them
        there they this to up us want was we were what when where which who why will with would you your""",
    )
)


def plain_words(text: str) -> list[str]:
    """Words of a text that may name a topic."""
    return [word for word in _WORD.findall(text.lower()) if word not in _COMMON and len(word) > 1]
