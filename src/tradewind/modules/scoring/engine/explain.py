"""Reasons for and against a score, and their compact form for storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import numpy as np

from tradewind.modules.scoring.engine.encoding import EncodedFeature, Encoder
from tradewind.modules.scoring.engine.model import Prediction
from tradewind.modules.scoring.engine.sentences import describe, display, plain

TOP = 8
_LEAST_SHOWN = 0.05
Strength = Literal["strong", "clear", "slight"]


@dataclass(frozen=True, slots=True)
class Explained:
    """One reason: `contribution` in logits (model) or points (rules), above zero speaks for the lead."""

    feature: str
    label: str
    sentence: str
    value: str | None
    contribution: float
    strength: Strength


Compact = dict[str, Any]


def compact(prediction: Prediction, encoder: Encoder, top: int = TOP) -> list[Compact]:
    """Per row: base, the `top` largest contributions as [feature index, logits, value], and the rest's sum.

    base + Σ logits + rest equals the raw score, which is kept as `raw`.
    """
    contributions = prediction.contributions
    if not len(contributions):
        return []
    count = min(top, contributions.shape[1])
    largest = np.argpartition(-np.abs(contributions), count - 1, axis=1)[:, :count]
    taken = np.round(np.take_along_axis(contributions, largest, axis=1), 4)
    rest = np.round(prediction.raw - prediction.base - taken.sum(axis=1), 4)
    base, raw = round(prediction.base, 4), np.round(prediction.raw, 4).tolist()
    names = [item.name for item in encoder.encoded]
    values = prediction.values
    return [
        {
            "base": base,
            "raw": raw[row],
            "rest": left,
            "top": [
                [names[index], amount, _storable(values[index][row])]
                for index, amount in zip(indexes, amounts, strict=True)
            ],
        }
        for row, (indexes, amounts, left) in enumerate(
            zip(largest.tolist(), taken.tolist(), rest.tolist(), strict=True)
        )
    ]


def reasons(stored: Compact, features: dict[str, EncodedFeature]) -> tuple[list[Explained], list[Explained]]:
    """Reasons for and against from a stored explanation, strongest first; too small ones are left out."""
    explained: list[Explained] = []
    for name, amount, value in stored.get("top", ()):
        item = features.get(name)
        if item is not None and abs(amount) >= _LEAST_SHOWN:
            words, shown = describe(item, value), display(item, value)
            explained.append(Explained(name, plain(item.label), words, shown, amount, strength(amount)))
    return split(explained)


def split(explained: Sequence[Explained]) -> tuple[list[Explained], list[Explained]]:
    """Reasons for, reasons against; strongest first."""
    ranked = sorted(explained, key=lambda reason: -abs(reason.contribution))
    return [r for r in ranked if r.contribution > 0], [r for r in ranked if r.contribution < 0]


def points_strength(points: float) -> Strength:
    """How much some points of the rule score weigh."""
    return "strong" if abs(points) >= 12 else "clear" if abs(points) >= 6 else "slight"


def strength(logits: float) -> Strength:
    """How much some log-odds of a model weigh."""
    return "strong" if abs(logits) >= 0.8 else "clear" if abs(logits) >= 0.3 else "slight"


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value[:120]
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
