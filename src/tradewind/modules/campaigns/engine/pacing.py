"""How many people enter: places in a queue, one after the other, in the hours in which the journey sends."""

from datetime import datetime, timedelta

from tradewind.modules.campaigns.engine.graph import Pace, SendWindow
from tradewind.modules.campaigns.engine.timing import next_clock, window_opens

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Pacer:
    """Hands out the moments at which people enter. `free_at` is the first one that nobody has yet; None for any.

    Between two of them lies so much time in which the journey sends that no hour and no day, wherever it begins, holds
    more than the pace allows. `share` is the part of the audience that is looked at.
    """

    def __init__(self, pace: Pace, window: SendWindow | None, zone: str, free_at: datetime | None, share: float = 1.0):
        self.free_at = free_at
        self._window, self._zone = window, zone
        spans = [_part(_HOUR, pace.per_hour)] if pace.per_hour else []
        spans += [_part(_length(window) if window else _DAY, pace.per_day)] if pace.per_day else []
        self._spacing = max(spans) / share

    def next(self, at: datetime) -> datetime:
        """The moment for somebody who comes at `at`."""
        moment = at if self.free_at is None else max(at, self.free_at)
        return window_opens(moment, self._zone, self._window) if self._window else moment

    def take(self, moment: datetime) -> None:
        """It is somebody's."""
        left = self._spacing
        while self._window is not None:
            closes = next_clock(moment, self._zone, self._window.ends, ())
            if moment + left < closes:
                break
            # What is left of the distance is kept on the next day.
            left -= closes - moment
            moment = window_opens(closes, self._zone, self._window)
        self.free_at = moment + left


def _length(window: SendWindow) -> timedelta:
    begins, ends = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (window.begins, window.ends))
    return timedelta(minutes=ends - begins)


def _part(span: timedelta, count: int) -> timedelta:
    """A span in so many parts; never rounded down, else one more than they would fit into it."""
    return timedelta(microseconds=-(-span // timedelta(microseconds=1) // count))
