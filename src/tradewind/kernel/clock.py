"""The one place that tells the time, so that tests can stop it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_frozen_at: datetime | None = None


def wall() -> datetime:
    """What the machine's clock shows, timezone-aware, UTC; also while tests have stopped `now`."""
    return datetime.now(UTC)


def now() -> datetime:
    """Current instant, timezone-aware, UTC."""
    return _frozen_at or wall()


class FrozenClock:
    """Handle on a stopped clock."""

    def tick(self, seconds: float) -> datetime:
        """Move the stopped clock forward; returns the new instant."""
        global _frozen_at
        assert _frozen_at is not None
        _frozen_at += timedelta(seconds=seconds)
        return _frozen_at


@contextmanager
def frozen(at: datetime) -> Iterator[FrozenClock]:
    """Stop the clock at `at` (timezone-aware) for the duration of the block."""
    global _frozen_at
    before, _frozen_at = _frozen_at, at.astimezone(UTC)
    try:
        yield FrozenClock()
    finally:
        _frozen_at = before
