"""Sessions and touches out of events, in a form in which parts can be joined in any order.

A session is a device's events without a pause of PAUSE. Its touches are its first event and the first event of each
campaign. Both follow from the set of events alone: joining the sessions of two sets of events gives the sessions of
all of them, so late and reordered events need no second look at earlier ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tradewind.modules.tracking.channels import Origin, origin_of
from tradewind.modules.tracking.contracts import CollectedEvent
from tradewind.modules.tracking.humanity import LIKELY_BOT

PAUSE = timedelta(minutes=30)
Device = tuple[str, str]
"""(`anonymous` | `user`, id)."""

# So many pages, on average faster than this, is nobody reading.
_FAST_PAGES = 15
_FASTEST_PAGE = timedelta(seconds=0.7)


@dataclass(slots=True, kw_only=True)
class Touch:
    """What brought somebody, at that moment. `id` is set for stored ones."""

    at: datetime
    origin: Origin
    id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class Session:
    """Part of a visit, with the candidates for its touches. `ids` are the stored sessions it was joined from."""

    started_at: datetime
    last_at: datetime
    events: int = 0
    pages: int = 0
    human_events: int = 0
    user_agent: str | None = None
    touches: list[Touch] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)

    @property
    def impossibly_fast(self) -> bool:
        """Whether nobody could have read these pages in the time."""
        return _too_many(self.pages, self.last_at - self.started_at)

    def settled_touches(self) -> list[Touch]:
        """The touches out of the candidates: the earliest, and the earliest of each campaign."""
        ordered = sorted(self.touches, key=lambda touch: (touch.at, touch.origin.signature))
        seen: set[str] = set()
        kept: list[Touch] = []
        for touch in ordered:
            signature = touch.origin.signature
            if signature in seen or (kept and not signature):
                continue
            seen.add(signature)
            kept.append(touch)
        return kept


def _too_many(pages: int, time: timedelta) -> bool:
    return pages >= _FAST_PAGES and time < _FASTEST_PAGE * pages


def burst_in(events: Iterable[CollectedEvent]) -> tuple[datetime, datetime] | None:
    """From when to when one device's pages followed each other faster than anybody reads, if they did."""
    times = sorted(event.occurred_at for event in events if event.type in ("page", "screen"))
    fast = [
        (first, last)
        for first, last in zip(times, times[_FAST_PAGES - 1 :], strict=False)
        if _too_many(_FAST_PAGES, last - first)
    ]
    return (fast[0][0], fast[-1][1]) if fast else None


def device_of(event: CollectedEvent) -> Device | None:
    """Where the event happened; None for what a server reports, which is no visit."""
    if event.anonymous_id is not None:
        return ("anonymous", event.anonymous_id)
    if event.user_id is not None and event.type in ("page", "screen"):
        return ("user", event.user_id)
    return None


def sessions_of(events: Iterable[CollectedEvent]) -> list[Session]:
    """Sessions of one device's events, in the order of time."""
    result: list[Session] = []
    for event in sorted(events, key=lambda one: one.occurred_at):
        at = event.occurred_at
        if not result or at - result[-1].last_at >= PAUSE:
            result.append(Session(started_at=at, last_at=at, user_agent=event.user_agent))
        session = result[-1]
        session.last_at = at
        session.events += 1
        session.pages += event.type in ("page", "screen")
        session.human_events += event.human >= LIKELY_BOT
        if session.events == 1 or "campaign" in event.context or "?" in (event.url or ""):
            origin = origin_of(event.context, url=event.url, path=event.path, referrer=event.referrer)
            if session.events == 1 or origin.signature:
                session.touches.append(Touch(at=at, origin=origin))
    return result


def joined(parts: Iterable[Session]) -> list[Session]:
    """Sessions out of parts of one device, in the order of time."""
    result: list[Session] = []
    for part in sorted(parts, key=lambda one: one.started_at):
        if not result or part.started_at - result[-1].last_at >= PAUSE:
            result.append(part)
            continue
        into = result[-1]
        into.last_at = max(into.last_at, part.last_at)
        into.events += part.events
        into.pages += part.pages
        into.human_events += part.human_events
        into.user_agent = into.user_agent or part.user_agent
        into.touches += part.touches
        into.ids += part.ids
    return result
