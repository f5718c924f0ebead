"""SQL of agents, their versions and the log of their turns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.pagination import SortColumn, fetch_page
from tradewind.modules.conversations.models.agents import Agent, AgentTurn, AgentVersion

_USED = text("""
    SELECT count(*) FILTER (WHERE t.created_at >= :hour) AS hour, count(*) AS day,
           coalesce(sum(t.cost_microusd), 0)::bigint AS cost
    FROM agent_turns t JOIN conversations c ON c.id = t.conversation_id
    WHERE t.created_at >= :day AND (c.id = :conversation_id OR c.visitor_key = :visitor_key)
""")
# How good a conversation was for the visitor, 0 to 1: their rating, a meeting, else what it came to.
_OPENERS = text("""
    SELECT variant, count(*), sum(reward)::float FROM (
        SELECT DISTINCT ON (c.id) t.variant, coalesce(
            (SELECT (r.score - 1) / 4.0 FROM conversation_ratings r WHERE r.conversation_id = c.id AND r.kind = 'csat'),
            CASE WHEN c.outcome = 'confirmed' THEN 1 WHEN EXISTS (
                SELECT FROM conversation_messages m
                WHERE m.conversation_id = c.id AND m.kind = 'event' AND m.data->>'event' = 'meeting_booked'
            ) THEN 1 ELSE 0 END
        ) AS reward
        FROM agent_turns t JOIN conversations c ON c.id = t.conversation_id
        WHERE t.variant IS NOT NULL AND t.created_at >= :since AND c.agent_id = :agent_id AND c.closed_at IS NOT NULL
          AND c.channel NOT IN ('test', 'simulation')
        ORDER BY c.id, t.created_at
    ) AS begun GROUP BY variant
""")
_UNANSWERED = text("""
    SELECT c.id FROM conversations c
    WHERE c.state = 'agent' AND c.last_visitor_at < :before AND (c.turn_until IS NULL OR c.turn_until < now())
      AND EXISTS (SELECT FROM conversation_messages m WHERE m.conversation_id = c.id AND m.author = 'visitor'
                  AND m.kind = 'message' AND m.sequence > c.answered_through)
    ORDER BY c.id LIMIT 200
""")
_LED = text("""
    SELECT agent_id, count(*) FROM conversations
    WHERE agent_id = ANY (:ids) AND created_at >= :since AND channel NOT IN ('test', 'simulation') GROUP BY agent_id
""")


async def agent(session: AsyncSession, agent_id: UUID, *, lock: bool = False) -> Agent | None:
    """An agent that was not removed."""
    statement = select(Agent).where(Agent.id == agent_id, Agent.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def agents(session: AsyncSession) -> Sequence[Agent]:
    """All agents, by name."""
    statement = select(Agent).where(Agent.deleted_at.is_(None))
    return (await session.scalars(statement.order_by(func.lower(Agent.name), Agent.id))).all()


async def default_agent(session: AsyncSession) -> Agent | None:
    """The agent that answers where none is named: it is active and published."""
    statement = select(Agent).where(
        Agent.is_default, Agent.active, Agent.published_version_id.is_not(None), Agent.deleted_at.is_(None)
    )
    return await session.scalar(statement)


async def no_default_but(session: AsyncSession, agent_id: UUID) -> None:
    """Take the default away from all other agents."""
    await session.execute(
        update(Agent).where(Agent.is_default, Agent.id != agent_id).values(is_default=False, version=Agent.version + 1)
    )


async def versions(session: AsyncSession, agent_id: UUID, limit: int) -> Sequence[AgentVersion]:
    """Published versions, newest first."""
    statement = select(AgentVersion).where(AgentVersion.agent_id == agent_id)
    return (await session.scalars(statement.order_by(AgentVersion.number.desc()).limit(limit))).all()


async def version(session: AsyncSession, version_id: UUID) -> AgentVersion | None:
    """One version."""
    return await session.get(AgentVersion, version_id)


async def versions_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, AgentVersion]:
    """Versions by their ids."""
    found = await session.scalars(select(AgentVersion).where(AgentVersion.id.in_(ids)))
    return {one.id: one for one in found}


async def numbered(session: AsyncSession, agent_id: UUID, number: int) -> AgentVersion | None:
    """The version with a number."""
    statement = select(AgentVersion).where(AgentVersion.agent_id == agent_id, AgentVersion.number == number)
    return await session.scalar(statement)


async def last_number(session: AsyncSession, agent_id: UUID) -> int:
    """Number of the newest version, 0 before the first."""
    return await session.scalar(select(func.max(AgentVersion.number)).where(AgentVersion.agent_id == agent_id)) or 0


async def led_since(session: AsyncSession, agent_ids: Sequence[UUID], since: datetime) -> dict[UUID, int]:
    """How many conversations with real visitors agents led; those without any are left out."""
    rows = await session.execute(_LED, {"ids": list(agent_ids), "since": since})
    return {row[0]: row[1] for row in rows}


async def turn(session: AsyncSession, turn_id: UUID) -> AgentTurn | None:
    """One turn."""
    return await session.get(AgentTurn, turn_id)


async def last_settled(session: AsyncSession, conversation_id: UUID) -> AgentTurn | None:
    """The last turn of a conversation that took effect."""
    statement = select(AgentTurn).where(AgentTurn.conversation_id == conversation_id, AgentTurn.outcome == "settled")
    return await session.scalar(statement.order_by(AgentTurn.message_sequence.desc()).limit(1))


async def settled_turns(session: AsyncSession, conversation_id: UUID) -> Sequence[AgentTurn]:
    """The turns of a conversation that took effect, in order."""
    statement = select(AgentTurn).where(AgentTurn.conversation_id == conversation_id, AgentTurn.outcome == "settled")
    return (await session.scalars(statement.order_by(AgentTurn.message_sequence))).all()


async def turns(
    session: AsyncSession, conversation_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[AgentTurn], str | None, str | None]:
    """Turns of a conversation, newest first: (turns, next cursor, previous cursor)."""
    columns = [
        SortColumn("created_at", AgentTurn.created_at.expression, descending=True),
        SortColumn("id", AgentTurn.id.expression, descending=True),
    ]
    statement = select(AgentTurn).where(AgentTurn.conversation_id == conversation_id)
    rows, following, previous = await fetch_page(session, statement, columns, cursor=cursor, limit=limit)
    return [row[0] for row in rows], following, previous


async def used(
    session: AsyncSession, conversation_id: UUID, visitor_key: str | None, *, hour: datetime, day: datetime
) -> tuple[int, int, int]:
    """What a visitor used: turns since `hour`, turns since `day`, and their cost in micro-USD since `day`."""
    values: dict[str, Any] = {
        "conversation_id": conversation_id, "visitor_key": visitor_key, "hour": hour, "day": day
    }  # fmt: skip
    row = (await session.execute(_USED, values)).one()
    return row.hour, row.day, row.cost


async def judged_openers(session: AsyncSession, agent_id: UUID, *, since: datetime) -> dict[str, tuple[int, float]]:
    """Of an agent's openers by key: how many ended conversations began with it, and the sum of what came of them."""
    rows = await session.execute(_OPENERS, {"agent_id": agent_id, "since": since})
    return {row[0]: (row[1], row[2]) for row in rows}


async def unanswered(session: AsyncSession, *, before: datetime) -> list[UUID]:
    """Conversations that the agent leads, in which the visitor has waited for an answer since `before`."""
    return list((await session.execute(_UNANSWERED, {"before": before})).scalars())
