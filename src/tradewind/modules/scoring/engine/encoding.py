"""From raw values to the model's matrix: learned from training rows, stored as JSON, tolerant of what is new."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np

from tradewind.modules.scoring.engine.features import UNTOUCHED_WORD, Feature, Kind, Subject, restore, text_of, word_of
from tradewind.modules.scoring.engine.metrics import Floats

MAX_CATEGORIES = 60
MAX_CHOICES = 15
_TRUE = frozenset({"true", "yes", "y", "1", "ja", "oui", "si"})
_FALSE = frozenset({"false", "no", "n", "0", "nein", "non"})


@dataclass(slots=True)
class EncodedFeature:
    """How one feature fills its column(s). `quantiles`: the values at 0, 5 … 100 % of training rows."""

    name: str
    label: str
    meaning: str
    kind: Kind
    unit: str
    evidence: bool
    categories: list[str] = field(default_factory=list)
    quantiles: list[float] = field(default_factory=list)
    has_rare: bool = False
    filled_share: float = 1.0

    @property
    def width(self) -> int:
        """Columns this feature takes."""
        return len(self.categories) if self.kind == "choices" else 1


@dataclass(frozen=True, slots=True)
class Excluded:
    """A column the model does not use, and why."""

    name: str
    label: str
    reason: str


@dataclass(slots=True)
class Encoder:
    """The features of one model in column order, with their readers."""

    encoded: list[EncodedFeature]
    readers: list[Feature | None]

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return sum(item.width for item in self.encoded)

    @property
    def starts(self) -> list[int]:
        """First column of each feature."""
        return [0, *np.cumsum([item.width for item in self.encoded])[:-1].tolist()]

    @property
    def categorical_columns(self) -> list[int]:
        """Columns that hold category codes."""
        return [start for start, item in zip(self.starts, self.encoded, strict=True) if item.kind == "category"]

    def read(self, subjects: Sequence[Subject]) -> list[list[Any]]:
        """Raw values: one list per feature, in feature order."""
        return [
            [reader.read(subject) for subject in subjects] if reader else [None] * len(subjects)
            for reader in self.readers
        ]

    def matrix(self, values: list[list[Any]]) -> Floats:
        """Numbers (rows, width) of raw values as given by `read`."""
        rows = len(values[0]) if values else 0
        result = np.full((rows, self.width), np.nan)
        for start, item, column in zip(self.starts, self.encoded, values, strict=True):
            result[:, start : start + item.width] = _encode(item, column)
        return result

    def evidence(self, matrix: Floats) -> np.ndarray:
        """How many telling facts each row (rows,) has: known values, engagement counts only when above zero."""
        known = np.zeros(len(matrix), dtype=np.int64)
        for start, item in zip(self.starts, self.encoded, strict=True):
            if item.evidence:
                block = matrix[:, start : start + item.width]
                counts = item.name.startswith("activity.") or item.kind in ("flag", "choices")
                filled = (block > 0) if counts else ~np.isnan(block)
                if item.kind == "category" and UNTOUCHED_WORD in item.categories:
                    filled &= block != item.categories.index(UNTOUCHED_WORD)
                known += filled.any(axis=1)
        return known

    def extended(self, values: list[list[Any]]) -> "Encoder":
        """The same features with words of `values` (as from `read`) added in the order of their first appearance.

        A row's code depends on rows before it alone, so that a stream of rows may be encoded at once.
        """
        encoded = []
        for item, column in zip(self.encoded, values, strict=True):
            if item.kind == "category":
                words = dict.fromkeys([*item.categories, *(w for w in map(word_of, column) if w is not None)])
                item = replace(item, categories=list(words)[:MAX_CATEGORIES], has_rare=True)
            encoded.append(item)
        return Encoder(encoded, self.readers)

    def to_json(self) -> list[dict[str, Any]]:
        """Plain data of the encoder."""
        return [
            {
                "name": item.name, "label": item.label, "meaning": item.meaning, "kind": item.kind,
                "unit": item.unit, "evidence": item.evidence, "categories": item.categories,
                "quantiles": item.quantiles, "has_rare": item.has_rare, "filled_share": item.filled_share,
            }
            for item in self.encoded
        ]  # fmt: skip

    @classmethod
    def from_json(cls, content: list[dict[str, Any]]) -> "Encoder":
        """Rebuild from `to_json`; a feature unknown to this version reads as missing."""
        encoded = [EncodedFeature(**item) for item in content]
        return cls(
            encoded,
            [restore(item.name, item.label, item.kind, item.unit, evidence=item.evidence) for item in encoded],
        )


def learn(features: Sequence[Feature], subjects: Sequence[Subject]) -> tuple[Encoder, list[Excluded]]:
    """Learn the encoding of each feature from training subjects; leave out what cannot tell leads apart."""
    encoded: list[EncodedFeature] = []
    readers: list[Feature | None] = []
    excluded: list[Excluded] = []
    for feature in features:
        item, reason = _learn_one(feature, [feature.read(subject) for subject in subjects])
        if item is None:
            excluded.append(Excluded(feature.name, feature.label, reason))
        else:
            encoded.append(item)
            readers.append(feature)
    return Encoder(encoded, readers), excluded


def _learn_one(feature: Feature, values: list[Any]) -> tuple[EncodedFeature | None, str]:
    kind = _effective_kind(feature.kind, values)
    item = EncodedFeature(feature.name, feature.label, feature.meaning, kind, feature.unit, feature.evidence)
    filled = sum(text_of(value) is not None for value in values)
    item.filled_share = round(filled / max(1, len(values)), 4)
    if not filled:
        return None, "empty for every lead"
    if kind in ("number", "date", "order", "flag"):
        return _learn_number(item, values)
    return _learn_categories(item, values)


def _learn_number(item: EncodedFeature, values: list[Any]) -> tuple[EncodedFeature | None, str]:
    numbers = _encode(item, values)[:, 0]
    known = numbers[~np.isnan(numbers)]
    if len(known) == 0 or (len(known) == len(numbers) and known.min() == known.max()):
        return None, "the same for every lead"
    item.quantiles = [round(float(q), 6) for q in np.quantile(known, np.linspace(0, 1, 21))]
    return item, ""


def _learn_categories(item: EncodedFeature, values: list[Any]) -> tuple[EncodedFeature | None, str]:
    if item.kind == "choices":
        counts = Counter(choice for value in values for choice in _choices(value))
    else:
        counts = Counter(word for word in map(word_of, values) if word is not None)
    total = sum(counts.values())
    if len(counts) > MAX_CATEGORIES and len(counts) > 0.5 * total:
        return None, "nearly every lead has its own value"
    least = max(3, round(0.001 * len(values)))
    limit = MAX_CHOICES if item.kind == "choices" else MAX_CATEGORIES
    item.categories = [word for word, count in counts.most_common(limit) if count >= least]
    item.has_rare = total > sum(counts[word] for word in item.categories)
    blanks = item.filled_share < 1
    if len(item.categories) + item.has_rare + blanks < 2 or not item.categories:
        return None, "the same for (nearly) every lead"
    return item, ""


def _effective_kind(kind: Kind, values: list[Any]) -> Kind:
    """Text columns turn out to be numbers or categories; numbers of two values stay numbers."""
    if kind != "text":
        return kind
    known = [word for word in map(text_of, values) if word is not None]
    if not known:
        return "category"
    numeric = sum(not math.isnan(number_of(word)) for word in known)
    return "number" if numeric >= 0.98 * len(known) and len(set(known)) > 2 else "category"


def number_of(value: Any) -> float:
    """The number in a cell; NaN when there is none."""
    if value is None or isinstance(value, list | dict):
        return math.nan
    if isinstance(value, datetime):
        return value.timestamp() / 86_400
    if isinstance(value, date):
        return float(value.toordinal())
    try:
        number = float(value)
    except (TypeError, ValueError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _flag_of(value: Any) -> float:
    if isinstance(value, bool):
        return float(value)
    words = str(value).strip().lower() if value is not None else ""
    return 1.0 if words in _TRUE else 0.0 if words in _FALSE else math.nan


def _choices(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else [] if value is None else str(value).split(",")
    return [word for word in map(text_of, parts) if word is not None]


def _encode(item: EncodedFeature, values: list[Any]) -> Floats:
    if item.kind == "flag":
        return np.fromiter(map(_flag_of, values), dtype=np.float64, count=len(values))[:, None]
    if item.kind == "choices":
        result = np.zeros((len(values), len(item.categories)))
        index = {word: position for position, word in enumerate(item.categories)}
        for row, value in enumerate(values):
            for choice in _choices(value):
                if choice in index:
                    result[row, index[choice]] = 1.0
        return result
    if item.kind == "category":
        index = {word: float(position) for position, word in enumerate(item.categories)}
        other = float(len(item.categories)) if item.has_rare else math.nan
        seen: dict[Any, float] = {}
        codes = np.empty(len(values))
        for row, value in enumerate(values):
            code = seen.get(value)
            if code is None:
                word = word_of(value)
                code = math.nan if word is None else index.get(word, other)
                seen[value] = code
            codes[row] = code
        return codes[:, None]
    return np.fromiter(map(number_of, values), dtype=np.float64, count=len(values))[:, None]
