"""SQL of the pages: counts that stay quick however long the ledger is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.sending.repository.ledger import plain

MANY = 10_000
_COUNT = text(f"SELECT count(*) FROM (SELECT FROM send_intents WHERE state = :state LIMIT {MANY}) s")
_SENT_SINCE = text("SELECT coalesce(sum(messages), 0) FROM send_counters WHERE bucket >= :since")
_NOT_SENT = text(f"""
    SELECT state, rule, count(*) FROM (
        SELECT i.state, CASE WHEN i.state <> 'blocked' THEN i.state ELSE coalesce((
                SELECT r->>'rule' FROM jsonb_array_elements(i.decision->'reasons') r
                WHERE r->>'verdict' = 'block' AND NOT coalesce((r->>'shadow')::boolean, false) LIMIT 1), 'other') END
            AS rule
        FROM send_intents i
        WHERE i.state IN ('blocked', 'refused', 'expired', 'cancelled') AND i.finished_at >= :since
        LIMIT {MANY}) s
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2""")
_OLDEST = text("SELECT min(first_due) FROM sending_lanes() WHERE organisation_id = :organisation AND first_due <= :at")
_CHANNELS = text("SELECT DISTINCT channel FROM sending_lanes() WHERE organisation_id = :organisation")
_SHADOW = text("""
    SELECT k.key, count(*) AS messages, count(DISTINCT coalesce(i.person_id::text, encode(i.contact_hash, 'hex')))
        AS people, max(i.created_at) AS last_at
    FROM send_intents i CROSS JOIN LATERAL unnest(i.shadow) AS k(key)
    WHERE i.shadow <> '{}' AND i.created_at >= :since GROUP BY k.key""")
_SINCE = text("SELECT count(*) FROM send_intents WHERE created_at >= :since")
_SENT = """
    SELECT id, channel, purpose, priority, person_id, contact_hash, address_sealed, time_zone, country, campaign_id,
        journey_id, sender, cost_microusd, sent_at
    FROM send_intents WHERE state = 'sent' AND sent_at >= $1 ORDER BY id DESC LIMIT $2"""
_WAITING = """
    SELECT a.id, (SELECT count(*) FROM (
        SELECT FROM send_intents i WHERE i.approval_id = a.id AND i.state = 'held' LIMIT 10000) s) AS waiting
    FROM unnest($1::uuid[]) AS a(id)"""


async def count_in(session: AsyncSession, state: str) -> int:
    """Messages in a state, at most 10,000."""
    return await session.scalar(_COUNT, {"state": state}) or 0


async def sent_since(session: AsyncSession, since: datetime) -> int:
    """Messages that left (or are about to) since the hour of a moment."""
    return max(0, int(await session.scalar(_SENT_SINCE, {"since": since}) or 0))


async def not_sent(session: AsyncSession, since: datetime) -> list[tuple[str, str, int]]:
    """(state, rule, messages) of what ended without leaving, of at most 10,000."""
    return [(state, rule, count) for state, rule, count in await session.execute(_NOT_SENT, {"since": since})]


async def oldest_due(session: AsyncSession, at: datetime) -> datetime | None:
    """Since when the longest-waiting due message of the organisation waits."""
    return await session.scalar(_OLDEST, {"organisation": _organisation(session), "at": at})


async def waiting_channels(session: AsyncSession) -> list[str]:
    """Channels that something of the organisation waits for."""
    return list(await session.scalars(_CHANNELS, {"organisation": _organisation(session)}))


async def shadow(session: AsyncSession, since: datetime) -> list[Any]:
    """What each policy in shadow mode took note of: key, messages, people, last_at."""
    return list(await session.execute(_SHADOW, {"since": since}))


async def created_since(session: AsyncSession, since: datetime) -> int:
    """All messages since a moment."""
    return await session.scalar(_SINCE, {"since": since}) or 0


async def sent(session: AsyncSession, since: datetime, *, limit: int) -> list[Any]:
    """Messages that left since a moment, newest first."""
    return await (await asyncpg_connection(session)).fetch(_SENT, since, limit)


async def waiting_for(session: AsyncSession, approvals: list[UUID]) -> dict[UUID, int]:
    """How many messages wait for each approval, at most 10,000."""
    rows = await (await asyncpg_connection(session)).fetch(_WAITING, approvals)
    return {plain(row["id"]): row["waiting"] for row in rows}


def _organisation(session: AsyncSession) -> UUID:
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    return organisation_id
