"""Frequency caps: the first moment at which one more message keeps every window of the cap's length within it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}


def first_within(at: datetime, moments: Sequence[datetime], amount: int, period: timedelta) -> datetime:
    """The first moment from `at` on for one more message beside those at `moments` (sorted).

    No span of `period` that begins with a message then holds more than `amount`, planned ones included.
    """
    candidates = [at, *(moment + period for moment in moments if moment + period > at)]
    return next(candidate for candidate in candidates if _fits(candidate, moments, amount, period))


def count_before(at: datetime, moments: Sequence[datetime], period: timedelta) -> int:
    """How many messages lie in the period that ends with `at`."""
    return sum(1 for moment in moments if at - period < moment <= at)


def _fits(at: datetime, moments: Sequence[datetime], amount: int, period: timedelta) -> bool:
    near = sorted([at, *(moment for moment in moments if abs(moment - at) < period)])
    return all(near[last] - near[last - amount] >= period for last in range(amount, len(near)))
