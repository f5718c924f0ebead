"""What visitors think: CSAT and NPS over a rolling window, each with its number of answers and an interval."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from math import sqrt
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.intervals import wilson
from tradewind.modules.conversations.contracts import TRIAL_CHANNELS
from tradewind.modules.conversations.models.conversations import Conversation, Rating
from tradewind.modules.conversations.schemas.satisfaction import (
    CsatRead,
    Interval,
    NpsRead,
    SatisfactionPoint,
    SatisfactionRead,
)
from tradewind.modules.identity import api as identity

_Z = 1.959964
_SATISFIED, _PROMOTERS, _PASSIVES = 4, 9, 7
Scores = Mapping[int, int]


async def read(
    session: AsyncSession,
    *,
    window_days: int,
    points: int,
    channel: str | None,
    agent_id: UUID | None,
    assignee_id: UUID | None,
) -> SatisfactionRead:
    """The window that ends today in the organisation's zone, the one before, and `points` daily windows."""
    zone = ZoneInfo((await identity.get_organisation(session)).time_zone)
    today = now().astimezone(zone).date()
    first = today - timedelta(days=2 * window_days + points)
    by_day = await _scores_by_day(session, zone, first, channel=channel, agent_id=agent_id, assignee_id=assignee_id)

    def within(kind: str, last: date) -> Counter[int]:
        found: Counter[int] = Counter()
        for back in range(window_days):
            found.update(by_day.get((kind, last - timedelta(days=back)), {}))
        return found

    since = datetime.combine(today - timedelta(days=window_days - 1), time(), zone)
    ended, rated = await _ended(session, since, channel=channel, agent_id=agent_id, assignee_id=assignee_id)
    before = today - timedelta(days=window_days)
    days = [today - timedelta(days=back) for back in reversed(range(points))]
    return SatisfactionRead(
        window_days=window_days,
        until=today,
        csat=csat(within("csat", today)),
        nps=nps(within("nps", today)),
        ended=ended,
        answer_rate=rated / ended if ended else None,
        previous_csat=csat(within("csat", before)),
        previous_nps=nps(within("nps", before)),
        series=[_point(day, within("csat", day), within("nps", day)) for day in days],
    )


def csat(scores: Scores) -> CsatRead:
    """CSAT of counted scores; the interval of the share is Wilson's."""
    n = sum(scores.values())
    satisfied = sum(count for score, count in scores.items() if score >= _SATISFIED)
    return CsatRead(
        n=n,
        mean=sum(score * count for score, count in scores.items()) / n if n else None,
        satisfied=satisfied / n if n else None,
        satisfied_interval=_interval(*wilson(satisfied, n)) if n else None,
        scores={score: scores.get(score, 0) for score in range(1, 6)},
    )


def nps(scores: Scores) -> NpsRead:
    """NPS of counted scores; the interval is the normal one with one answer of each kind added, for small numbers."""
    n = sum(scores.values())
    promoters = sum(count for score, count in scores.items() if score >= _PROMOTERS)
    detractors = sum(count for score, count in scores.items() if score < _PASSIVES)
    low = high = 0.0
    if n:
        up, down = (promoters + 1) / (n + 3), (detractors + 1) / (n + 3)
        reach = _Z * sqrt((up + down - (up - down) ** 2) / (n + 3))
        low, high = max(-1.0, up - down - reach), min(1.0, up - down + reach)
    return NpsRead(
        n=n,
        score=100 * (promoters - detractors) / n if n else None,
        interval=Interval(low=100 * low, high=100 * high) if n else None,
        promoters=promoters,
        passives=n - promoters - detractors,
        detractors=detractors,
    )


def _interval(low: float, high: float) -> Interval:
    return Interval(low=low, high=high)


def _point(day: date, csat_scores: Scores, nps_scores: Scores) -> SatisfactionPoint:
    one, other = csat(csat_scores), nps(nps_scores)
    return SatisfactionPoint(day=day, csat_n=one.n, csat_satisfied=one.satisfied, nps_n=other.n, nps_score=other.score)


async def _scores_by_day(
    session: AsyncSession,
    zone: ZoneInfo,
    first: date,
    *,
    channel: str | None,
    agent_id: UUID | None,
    assignee_id: UUID | None,
) -> dict[tuple[str, date], dict[int, int]]:
    day = cast(func.timezone(zone.key, Rating.rated_at), Date)
    statement = (
        select(Rating.kind, day, Rating.score, func.count())
        .join(Conversation, Conversation.id == Rating.conversation_id)
        .where(Rating.rated_at >= datetime.combine(first, time(), zone), *_of(channel, agent_id, assignee_id))
        .group_by(Rating.kind, day, Rating.score)
    )
    found: dict[tuple[str, date], dict[int, int]] = {}
    for kind, on, score, count in await session.execute(statement):
        found.setdefault((kind, on), {})[score] = count
    return found


async def _ended(
    session: AsyncSession,
    since: datetime,
    *,
    channel: str | None,
    agent_id: UUID | None,
    assignee_id: UUID | None,
) -> tuple[int, int]:
    rated = select(Rating.conversation_id).where(Rating.kind == "csat")
    statement = select(func.count(), func.count().filter(Conversation.id.in_(rated))).where(
        Conversation.closed_at >= since, *_of(channel, agent_id, assignee_id)
    )
    row = (await session.execute(statement)).one()
    return row[0], row[1]


def _of(channel: str | None, agent_id: UUID | None, assignee_id: UUID | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Conversation.channel == channel if channel else Conversation.channel.not_in(sorted(TRIAL_CHANNELS))
    ]
    if agent_id is not None:
        found.append(Conversation.agent_id == agent_id)
    if assignee_id is not None:
        found.append(Conversation.assignee_id == assignee_id)
    return found
