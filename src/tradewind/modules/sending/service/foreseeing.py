"""What planned messages would cost, and which limits and budgets would hold them up: for rehearsals."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection
from tradewind.modules.sending.contracts import TRANSACTIONAL, Hold, Outlook, Place, PlannedMessages
from tradewind.modules.sending.policies import Guardrail
from tradewind.modules.sending.rules import hours
from tradewind.modules.sending.rules.judge import Facts, Spent, spent_key
from tradewind.modules.sending.rules.zones import likely_zones
from tradewind.modules.sending.service import gathering, guardrails

_MEASURED = timedelta(days=90)
_MOST_PERIODS = 10_000
_PRICES = """
    SELECT channel, sum(cost_microusd)::float8 / sum(messages) AS price FROM send_counters
    WHERE bucket >= $1 GROUP BY 1 HAVING sum(messages) > 0
"""
_Volume = tuple[datetime, int, float]
"""When a period begins, how many messages are planned for it, and what one costs."""


async def outlook(session: AsyncSession, planned: Sequence[PlannedMessages], at: datetime) -> Outlook:
    """See `api.outlook`."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_PRICES, at - _MEASURED)
    measured = {row["channel"]: max(0.0, row["price"]) for row in rows}
    policies = [one for one in await guardrails.in_force(session) if one.rule in ("limit", "budget")]
    facts = Facts(await gathering.zone_of(session), [one for one in policies if one.mode == "enforce"])
    await gathering.add_spent(session, facts, {one.campaign_id for one in planned if one.campaign_id}, at)
    internal = gathering.internal_channels()
    bound = [one for one in planned if one.channel not in internal and one.purpose != TRANSACTIONAL]
    holds = [hold for policy in facts.policies for hold in _holds(policy, facts, bound, measured)]
    cost = sum(one.messages * _price(one, measured) for one in planned)
    return Outlook(ceil(cost), measured, tuple(sorted(holds, key=lambda hold: -(hold.put_off + hold.lost))))


async def opening(session: AsyncSession, channel: str, places: Sequence[Place], at: datetime) -> list[datetime | None]:
    """See `api.opening`."""
    if channel in gathering.internal_channels():
        return [at] * len(places)
    zone = await gathering.zone_of(session)
    weeks = tuple(
        policy.week
        for policy in await guardrails.in_force(session)
        if policy.rule == "hours" and policy.mode == "enforce" and policy.concerns(channel, None)
    )
    return [hours.first_allowed(at, likely_zones(one.time_zone, one.country, None, zone), weeks) for one in places]


def _price(planned: PlannedMessages, measured: dict[str, float]) -> float:
    """What one costs: as told, else what those of the channel have cost."""
    return planned.price_microusd or measured.get(planned.channel, 0.0)


def _holds(
    policy: Guardrail, facts: Facts, planned: Sequence[PlannedMessages], measured: dict[str, float]
) -> Iterator[Hold]:
    """What a policy holds up; by campaign, where each has its own."""
    by_subject: defaultdict[UUID | None, list[PlannedMessages]] = defaultdict(list)
    for one in planned:
        if policy.concerns(one.channel, one.campaign_id):
            key = spent_key(policy, one.campaign_id)[1]
            by_subject[key].append(one)
    for subject, messages in by_subject.items():
        spent = facts.spent.get(spent_key(policy, subject))
        if spent is not None and (policy.settings.period != "campaign" or subject is not None):
            hold = _hold(policy, facts.zone, spent, messages, measured)
            if hold is not None:
                yield hold


def _hold(
    policy: Guardrail, zone: str, spent: Spent, planned: Sequence[PlannedMessages], measured: dict[str, float]
) -> Hold | None:
    """Let the messages leave period by period, as many as there is room for; the rest waits for the next one."""
    count = sum(one.messages for one in planned)
    price = sum(one.messages * _price(one, measured) for one in planned) / count if count else 0.0
    period = policy.settings.period
    if not count or (policy.rule == "budget" and price <= 0):
        return None
    if period == "campaign":
        room = int(max(0, policy.settings.amount_microusd - spent.microusd) // price)
        lost = max(0, count - room)
        return Hold(policy.name, policy.rule, period, _amount(policy), 0, lost, None) if lost else None
    volumes: defaultdict[datetime, int] = defaultdict(int)
    ends: dict[datetime, datetime] = {}
    for one in planned:
        begins, renews = gathering.period_around(one.hour, period, zone)
        volumes[begins] += one.messages
        ends[begins] = renews
    waiting = put_off = 0
    until: datetime | None = None
    begins = min(volumes)
    for _ in range(_MOST_PERIODS):
        renews = ends.get(begins) or gathering.period_around(begins, period, zone)[1]
        present = spent.renews_at is not None and renews <= spent.renews_at
        room = _room(policy, price, spent if present else Spent())
        fresh = volumes.pop(begins, 0)
        before, waiting = waiting, max(0, waiting + fresh - room)
        put_off += max(0, fresh - max(0, room - before))
        if before and not waiting:
            until = begins
        if not waiting and not volumes:
            break
        begins = renews if waiting else min(volumes)
    if not put_off:
        return None
    return Hold(policy.name, policy.rule, period, _amount(policy), put_off - waiting, waiting, until)


def _room(policy: Guardrail, price: float, spent: Spent) -> int:
    if policy.rule == "limit":
        return max(0, policy.settings.amount - spent.messages)
    return int(max(0, policy.settings.amount_microusd - spent.microusd) // price)


def _amount(policy: Guardrail) -> int:
    return policy.settings.amount if policy.rule == "limit" else policy.settings.amount_microusd
