"""How many conversations are in each place of the inbox."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_COUNTS = text("""
    SELECT
        count(*) FILTER (WHERE mine) AS mine,
        count(*) FILTER (WHERE mine AND unread) AS mine_unread,
        count(*) FILTER (WHERE state = 'waiting' AND assignee_id IS NULL) AS unassigned,
        count(*) FILTER (WHERE state = 'waiting') AS waiting,
        count(*) FILTER (WHERE urgent) AS urgent,
        count(*) FILTER (WHERE breached_at IS NOT NULL) AS overdue,
        count(*) FILTER (WHERE state = 'snoozed') AS snoozed,
        count(*) FILTER (WHERE state = 'agent') AS with_agent,
        count(*) FILTER (WHERE mentioned) AS mentions
    FROM (
        SELECT c.state, c.assignee_id, c.urgent, c.breached_at,
            c.assignee_id = CAST(:me AS uuid) AND c.state <> 'snoozed' AS mine,
            c.last_sequence > coalesce(r.sequence, 0) AS unread,
            EXISTS (
                SELECT FROM conversation_messages m WHERE m.conversation_id = c.id AND m.kind = 'note'
                AND m.data @> jsonb_build_object('mentions', jsonb_build_array(CAST(:me AS text)))
            ) AS mentioned
        FROM conversations c
        LEFT JOIN conversation_reads r ON r.conversation_id = c.id AND r.user_id = CAST(:me AS uuid)
        WHERE c.state <> 'closed' AND c.channel NOT IN ('test', 'simulation')
    ) AS seen
""")
_BY_QUEUE = text("""
    SELECT queue_id, count(*) AS open, count(*) FILTER (WHERE state = 'waiting') AS waiting FROM conversations
    WHERE state <> 'closed' AND queue_id IS NOT NULL AND channel NOT IN ('test', 'simulation') GROUP BY queue_id
""")
_BY_CHANNEL = text("""
    SELECT channel, count(*) AS open FROM conversations
    WHERE state <> 'closed' AND channel NOT IN ('test', 'simulation') GROUP BY channel
""")


async def counts(session: AsyncSession, me: UUID | None) -> dict[str, Any]:
    """Counts of open conversations that the actor sees, by place, queue and channel; `me` is whose are mine."""
    row = (await session.execute(_COUNTS, {"me": str(me) if me else None})).mappings().one()
    queues = (await session.execute(_BY_QUEUE)).mappings().all()
    channels = (await session.execute(_BY_CHANNEL)).all()
    return {
        **row,
        "queues": [dict(one) for one in queues],
        "channels": {one.channel: one.open for one in channels},
    }
