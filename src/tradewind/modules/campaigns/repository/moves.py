"""SQL that moves people in flight from version to version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import asyncpg_connection

# Whoever stays at a step of the same key waits on as before; at another step they are dealt with at once.
_MOVE = """
    WITH chosen AS (
        SELECT e.id, e.version_id, e.node, m.new FROM journey_enrolments e
        JOIN unnest($3::text[], $4::text[]) AS m(old, new) ON m.old = e.node
        WHERE e.version_id = ANY ($1::uuid[]) AND e.state = 'waiting'
        ORDER BY e.id LIMIT $6 FOR UPDATE OF e
    ), traced AS (
        INSERT INTO journey_steps (enrolment_id, visit, organisation_id, journey_id, version_id, person_id, node, port,
            next_node, why, at)
        SELECT e.id, e.visit, e.organisation_id, e.journey_id, $2, e.person_id, chosen.node, 'moved', chosen.new,
            jsonb_build_object('code', 'moved', 'from', (SELECT number FROM journey_versions v
                WHERE v.id = chosen.version_id)), $5
        FROM chosen JOIN journey_enrolments e ON e.id = chosen.id
    )
    UPDATE journey_enrolments e SET version_id = $2, visit = e.visit + 1,
        node = coalesce(chosen.new, e.node),
        since = CASE WHEN chosen.new = e.node THEN e.since ELSE $5 END,
        due_at = CASE WHEN chosen.new = e.node THEN e.due_at ELSE $5 END,
        signal = CASE WHEN chosen.new = e.node THEN e.signal END,
        signal_at = CASE WHEN chosen.new = e.node THEN e.signal_at END,
        state = CASE WHEN chosen.new IS NULL THEN 'exited' ELSE 'waiting' END,
        ended_at = CASE WHEN chosen.new IS NULL THEN $5 END,
        reason = CASE WHEN chosen.new IS NULL THEN 'left' ELSE '' END
    FROM chosen WHERE e.id = chosen.id RETURNING chosen.version_id, chosen.new IS NOT NULL AS stays
"""


async def move(
    session: AsyncSession,
    from_ids: Sequence[UUID],
    to_id: UUID,
    steps: Mapping[str, str | None],
    at: datetime,
    limit: int,
) -> list[tuple[UUID, bool]]:
    """Move up to `limit` people of these versions; returns the former version of each, and whether they go on."""
    connection = await asyncpg_connection(session)
    rows = await connection.fetch(_MOVE, list(from_ids), to_id, list(steps), list(steps.values()), at, limit)
    return [(row["version_id"], row["stays"]) for row in rows]
