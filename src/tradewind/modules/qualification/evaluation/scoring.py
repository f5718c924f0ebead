"""Precision, recall and F1 by kind of fact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tradewind.modules.qualification.reading.spans import Span


@dataclass(frozen=True, slots=True)
class Example:
    """A message and the values, by kind, that it states; kinds that are not a key are not judged."""

    text: str
    language: str
    facts: Mapping[str, frozenset[Any]]


@dataclass(slots=True)
class Tally:
    """Values found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, stated: frozenset[Any], found: frozenset[Any]) -> None:
        """Count one message."""
        self.right += len(stated & found)
        self.wrong += len(found - stated)
        self.missed += len(stated - found)

    def figures(self) -> dict[str, float | int]:
        """Precision, recall and F1 (0 to 1), and how many values were stated."""
        precision = self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0
        recall = self.right / (self.right + self.missed) if self.right + self.missed else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        told = {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}
        return {"stated": self.right + self.missed, **told, "wrong": self.wrong, "missed": self.missed}


def values(spans: Iterable[Span], kind: str) -> frozenset[Any]:
    """The values of a kind as they are compared: numbers as floats, amounts with their currency, names case apart."""
    return frozenset(comparable(kind, span.value) for span in spans if span.kind == kind)


def comparable(kind: str, value: Any) -> Any:
    """A value as two of them are compared."""
    match kind:
        case "number":
            return float(value)
        case "money":
            return float(value["amount"]), value["currency"]
        case "place" | "name" | "company":
            return str(value).casefold().rstrip(".")
    return value
