"""What a column holds, judged by its values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tradewind.modules.leads.importing.limits import SELECT_OPTIONS
from tradewind.modules.leads.importing.values import (
    date_orders,
    has_time,
    is_placeholder,
    parse_boolean,
    parse_number,
)
from tradewind.modules.leads.normal_forms import normal_country, normal_email, normal_phone

_MAX_DISTINCT = 5_000
_LOOKED_AT = 1_000


@dataclass(slots=True)
class ColumnProfile:
    """Counts over the sampled rows of one column. Placeholders (`Select`, `n/a`) count as empty."""

    filled: int = 0
    empty: int = 0
    values: Counter[str] = field(default_factory=Counter)
    placeholders: Counter[str] = field(default_factory=Counter)
    many: bool = False
    longest: int = 0

    def add(self, cells: Iterable[str]) -> None:
        """Count the cells of the column."""
        for text, count in Counter(map(str.strip, cells)).items():
            if len(text) <= 20 and is_placeholder(text):
                self.empty += count
                if text:
                    self.placeholders[text] += count
                continue
            self.filled += count
            self.longest = max(self.longest, len(text))
            if text in self.values or len(self.values) < _MAX_DISTINCT:
                self.values[text[:500]] += count
            else:
                self.many = True

    @property
    def distinct(self) -> int:
        """How many different values there are (a lower bound if `many`)."""
        return len(self.values)

    @property
    def identifies(self) -> bool:
        """Whether no value repeats, as in a column of ids."""
        if self.filled < 20:
            return False
        return self.values.most_common(1)[0][1] == 1 if self.many else self.distinct == self.filled

    def share(self, test: Iterable[bool]) -> float:
        """Share of distinct values (the first ones) that pass."""
        results = list(test)
        return sum(results) / len(results) if results else 0.0

    def looked_at(self) -> list[str]:
        """The distinct values judged by."""
        return list(self.values)[:_LOOKED_AT]

    def emails(self) -> float:
        return self.share(normal_email(value) is not None for value in self.looked_at()[:300])

    def phones(self) -> float:
        values = self.looked_at()[:200]
        return self.share(sum(c.isdigit() for c in value) >= 6 and _phone_like(value) for value in values)

    def countries(self) -> float:
        return self.share(normal_country(value) is not None for value in self.looked_at()[:300])


def _phone_like(text: str) -> bool:
    return (
        text.lstrip().startswith(("+", "00", "(", "0"))
        and not date_orders(text)
        and (normal_phone(text, "US") is not None or normal_phone(text, "DE") is not None)
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """How a custom column is read: its kind, the reading order of dates or `comma` of numbers, and options."""

    kind: str
    format: str | None = None
    options: tuple[str, ...] = ()
    note: str | None = None


def infer_kind(profile: ColumnProfile) -> Kind:
    """The kind of custom field the values ask for."""
    values = profile.looked_at()
    if not values:
        return Kind("text")
    if profile.distinct <= 2 and all(parse_boolean(value) is not None for value in values):
        words = {value.lower() for value in values}
        if words != {"0"} and words != {"1"}:
            return Kind("boolean")
    number = _number_kind(values)
    if number is not None:
        return number
    dates = _date_kind({value: profile.values[value] for value in values})
    if dates is not None:
        return dates
    if all(value.lower().startswith(("http://", "https://", "www.")) and " " not in value for value in values):
        return Kind("url")
    if profile.longest <= 100 and not profile.many:
        tokens = {token.strip() for value in values for token in value.split(";") if token.strip()}
        parted = sum(count for value, count in profile.values.items() if ";" in value)
        if parted > profile.filled * 0.2 and len(tokens) <= SELECT_OPTIONS and len(tokens) < profile.distinct:
            return Kind("multi_select", None, tuple(sorted(tokens)))
        if (
            profile.longest <= 60
            and profile.distinct <= SELECT_OPTIONS
            and (profile.distinct <= max(2, profile.filled * 0.3))
        ):
            return Kind("select", None, tuple(value for value, _ in profile.values.most_common()))
    return Kind("text")


def _number_kind(values: Sequence[str]) -> Kind | None:
    if any(_is_code(value) for value in values):
        return None
    if all(parse_number(value) is not None for value in values):
        return Kind("number")
    if all(parse_number(value, decimal_comma=True) is not None for value in values):
        return Kind("number", "comma", (), "A comma is read as the decimal sign.")
    return None


def _is_code(text: str) -> bool:
    """Digits that are a code, not an amount: leading zeros, or more digits than a number keeps."""
    digits = text.strip().lstrip("+-")
    return (len(digits) > 1 and digits[0] == "0" and digits.isdigit()) or (digits.isdigit() and len(digits) > 15)


def _date_kind(values: Mapping[str, int]) -> Kind | None:
    first = next(iter(values))
    if first.isdigit() and len(first) != 8:
        return None
    tally: Counter[str] = Counter()
    read = 0
    for value, count in values.items():
        orders = date_orders(value)
        read += count if orders else 0
        tally.update(dict.fromkeys(orders, count))
    # A few wrong dates do not make it a column of texts; those rows are reported.
    if read < 0.9 * sum(values.values()):
        return None
    kind = "datetime" if any(has_time(value) for value in values) else "date"
    if not tally["dmy"] and not tally["mdy"]:
        return Kind(kind, "ymd")
    if tally["dmy"] != tally["mdy"]:
        return Kind(kind, "dmy" if tally["dmy"] > tally["mdy"] else "mdy")
    return Kind(kind, "dmy", (), "Day and month cannot be told apart; they are read as day/month.")


def association(cells: Sequence[str], outcome: Sequence[bool | None]) -> float | None:
    """How well one column alone tells the outcome: area under the ROC curve, 0.5 chance, 1 always right.

    Categories are replaced by their outcome rate on the other folds, numbers by their quantile, so that a column
    of ids scores 0.5. None where there are fewer than 30 rows of either outcome.
    """
    known = [index for index, value in enumerate(outcome) if value is not None and index < len(cells)]
    truth = np.fromiter((bool(outcome[index]) for index in known), dtype=bool, count=len(known))
    positives = int(truth.sum())
    if min(positives, len(truth) - positives) < 30:
        return None
    texts = [cells[index].strip() for index in known]
    nothing = {text for text in set(texts) if is_placeholder(text)}
    texts = ["" if text in nothing else text for text in texts]
    distinct = Counter(texts)
    if len(distinct) < 2:
        return 0.5
    if len(distinct) > 50:
        number_of = {text: parse_number(text) if text else None for text in distinct}
        numbers = [number_of[text] for text in texts]
        if sum(number is None for number in numbers) > len(numbers) * 0.5:
            return None
        finite = np.array([np.nan if number is None else float(number) for number in numbers])
        edges = np.unique(np.nanquantile(finite, np.linspace(0, 1, 21)[1:-1]))
        codes = np.where(np.isnan(finite), len(edges) + 1, np.searchsorted(edges, finite, side="right"))
    else:
        order = {text: code for code, text in enumerate(distinct)}
        codes = np.fromiter((order[text] for text in texts), dtype=np.int64, count=len(texts))
    folds = np.arange(len(truth)) % 5
    base = positives / len(truth)
    scores = np.empty(len(truth))
    size = int(codes.max()) + 1
    for fold in range(5):
        train = folds != fold
        wins = np.bincount(codes[train], weights=truth[train], minlength=size)
        totals = np.bincount(codes[train], minlength=size)
        scores[~train] = ((wins + 5 * base) / (totals + 5))[codes[~train]]
    return _auc(scores, truth)


def _auc(scores: np.ndarray, truth: np.ndarray) -> float:
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = truth.sum()
    area = (ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))
    return round(float(area), 3)
