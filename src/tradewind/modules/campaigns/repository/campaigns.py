"""SQL of campaigns: rows, and the sums that a list shows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.campaigns.models import Campaign, Journey

_ACTIVE = ("scheduled", "live", "paused")
_SENT = """
    SELECT lane_id AS id, sum(messages)::bigint AS sent, sum(cost_microusd)::bigint AS microusd FROM send_counters
    WHERE organisation_id = $1 AND lane_id = ANY ($2::uuid[]) GROUP BY 1
"""
_GOALS = """
    SELECT v.journey_id, f.port, sum(f.people)::bigint AS people FROM journey_flows f
    JOIN journey_versions v ON v.id = f.version_id
    WHERE v.journey_id = ANY ($1::uuid[]) AND f.node = '' AND f.port IN ('entered', 'goal') GROUP BY 1, 2
    UNION ALL
    SELECT v.journey_id, 'goal', -sum(a.rewarded)::bigint FROM journey_arms a
    JOIN journey_versions v ON v.id = a.version_id
    WHERE v.journey_id = ANY ($1::uuid[]) AND a.node = $2 AND a.variant = $3 GROUP BY 1
"""
_COSTS = """
    SELECT campaign_id, currency, sum(amount_minor)::bigint AS minor FROM campaign_costs
    WHERE campaign_id = ANY ($1::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2
"""


async def campaign(session: AsyncSession, campaign_id: UUID, *, lock: bool = False) -> Campaign | None:
    """A campaign that was not removed."""
    statement = select(Campaign).where(Campaign.id == campaign_id, Campaign.deleted_at.is_(None))
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(statement)


async def every_campaign(
    session: AsyncSession, *, state: str | None = None, words: str | None = None
) -> Sequence[Campaign]:
    """All campaigns, those that changed last first; of a state, or with words in name or description."""
    statement = select(Campaign).where(Campaign.deleted_at.is_(None))
    if state is not None:
        statement = statement.where(Campaign.state == state)
    if words:
        statement = statement.where(
            or_(
                Campaign.name.icontains(words, autoescape=True),
                Campaign.description.icontains(words, autoescape=True),
            )
        )
    return (await session.scalars(statement.order_by(Campaign.updated_at.desc(), Campaign.id.desc()))).all()


async def count(session: AsyncSession) -> int:
    """How many there are."""
    return await session.scalar(select(func.count()).where(Campaign.deleted_at.is_(None))) or 0


async def journeys_of(session: AsyncSession, campaign_ids: Sequence[UUID]) -> Sequence[Journey]:
    """Journeys that belong to these campaigns, oldest first."""
    statement = select(Journey).where(Journey.campaign_id.in_(campaign_ids), Journey.deleted_at.is_(None))
    return (await session.scalars(statement.order_by(Journey.created_at, Journey.id))).all()


async def owner_of(session: AsyncSession, journey_id: UUID) -> Campaign | None:
    """The campaign whose draft a journey is composed from."""
    statement = select(Campaign).where(Campaign.journey_id == journey_id, Campaign.deleted_at.is_(None))
    return await session.scalar(statement.limit(1))


async def names_by_journey(session: AsyncSession, journey_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Id and name of the campaign of each of these journeys that belongs to one."""
    statement = select(Journey.id, Campaign.id, Campaign.name).join(Campaign, Campaign.id == Journey.campaign_id)
    rows = await session.execute(statement.where(Journey.id.in_(journey_ids)))
    return {row[0]: (row[1], row[2]) for row in rows}


async def sent(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """By campaign: messages that left (or are about to), and their cost in micro-USD."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_SENT, actor_of(session).organisation_id, list(campaign_ids))
    return {UUID(bytes=row["id"].bytes): (max(0, row["sent"]), max(0, row["microusd"])) for row in rows}


async def costs(session: AsyncSession, campaign_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """By campaign and currency: costs in minor units."""
    connection = await asyncpg_connection(session)
    found: dict[UUID, dict[str, int]] = {}
    for row in await connection.fetch(_COSTS, list(campaign_ids)):
        found.setdefault(UUID(bytes=row["campaign_id"].bytes), {})[row["currency"]] = row["minor"]
    return found


async def by_clock(session: AsyncSession) -> Sequence[Campaign]:
    """Campaigns that something may be due for."""
    statement = select(Campaign).where(Campaign.state.in_(_ACTIVE), Campaign.deleted_at.is_(None))
    return (await session.scalars(statement.order_by(Campaign.id))).all()


async def active_organisations(session: AsyncSession) -> list[UUID]:
    """Organisations with such campaigns."""
    return list(await session.scalars(text("SELECT campaigns_active_organisations()")))


async def goals(
    session: AsyncSession, journey_ids: Mapping[UUID, UUID], holdout: tuple[str, str]
) -> dict[UUID, tuple[int, int]]:
    """By campaign: people who entered, and who reached the goal, over its journeys (journey → campaign).

    `holdout` is the step and variant of those whose goals do not count.
    """
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_GOALS, list(journey_ids), *holdout)
    found: dict[UUID, tuple[int, int]] = {}
    for row in rows:
        campaign_id = journey_ids[UUID(bytes=row["journey_id"].bytes)]
        entered, reached = found.get(campaign_id, (0, 0))
        more = row["people"]
        found[campaign_id] = (entered + more, reached) if row["port"] == "entered" else (entered, reached + more)
    return found


async def nobody_left(session: AsyncSession, journey_id: UUID) -> bool:
    """Whether nobody is in flight any more."""
    connection = await asyncpg_connection(session)
    return not await connection.fetchval(
        "SELECT EXISTS (SELECT FROM journey_enrolments WHERE journey_id = $1 AND state = 'waiting')", journey_id
    )


async def latest_message(session: AsyncSession, campaign_id: UUID) -> datetime | None:
    """When the last message that still waits is to leave; None where none waits."""
    connection = await asyncpg_connection(session)
    return await connection.fetchval(
        "SELECT max(not_before) FROM send_intents WHERE organisation_id = $1 AND campaign_id = $2 "
        "AND state IN ('held', 'scheduled', 'attempting')",
        actor_of(session).organisation_id, campaign_id,
    )  # fmt: skip
