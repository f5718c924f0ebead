"""SQL of the board: sums by index-only scan, first cards of every column in one statement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

_TOTALS = text("""
    SELECT stage_id, currency, count(*) AS number, coalesce(sum(amount_minor), 0)::bigint AS amount_minor
    FROM deals
    WHERE pipeline_id = :pipeline_id AND deleted_at IS NULL
        AND (CAST(:owner_id AS uuid) IS NULL OR owner_id = :owner_id)
    GROUP BY stage_id, currency
""")
_CARD = """
    d.id, d.version, d.name, d.lead_id, l.full_name AS lead_name, l.score AS lead_score,
    l.score_band AS lead_score_band, d.company_id,
    coalesce(c.name, l.company_name) AS company_name, d.stage_id, d.amount_minor, d.currency, d.close_date,
    d.owner_id, d.lost_reason, d.stage_entered_at, d.position
"""
# The lateral query reads the first rows of the index (organisation, stage, position, id) of each column.
_FIRST_CARDS = text(f"""
    SELECT {_CARD}
    FROM unnest(CAST(:stage_ids AS uuid[])) AS s(id)
    CROSS JOIN LATERAL (
        SELECT * FROM deals
        WHERE stage_id = s.id AND deleted_at IS NULL
            AND organisation_id = :organisation_id
            AND (CAST(:owner_id AS uuid) IS NULL OR owner_id = :owner_id)
        ORDER BY position, id LIMIT :limit
    ) d
    LEFT JOIN leads l ON l.id = d.lead_id
    LEFT JOIN companies c ON c.id = d.company_id
    ORDER BY d.position, d.id
""").bindparams(bindparam("stage_ids"))
_MORE_CARDS = text(f"""
    SELECT {_CARD}
    FROM (
        SELECT * FROM deals
        WHERE stage_id = :stage_id AND deleted_at IS NULL AND organisation_id = :organisation_id
            AND (CAST(:owner_id AS uuid) IS NULL OR owner_id = :owner_id)
            AND (position, id) > (:position, :id)
        ORDER BY position, id LIMIT :limit
    ) d
    LEFT JOIN leads l ON l.id = d.lead_id
    LEFT JOIN companies c ON c.id = d.company_id
    ORDER BY d.position, d.id
""")


async def totals(session: AsyncSession, pipeline_id: UUID, owner_id: UUID | None) -> Sequence[Row[Any]]:
    """(stage_id, currency, number, amount_minor) of the live deals of a pipeline."""
    return (await session.execute(_TOTALS, {"pipeline_id": pipeline_id, "owner_id": owner_id})).all()


async def first_cards(
    session: AsyncSession, *, organisation_id: UUID, stage_ids: list[UUID], owner_id: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Up to `limit` cards of each stage, in the order of the board."""
    values = {"organisation_id": organisation_id, "stage_ids": stage_ids, "owner_id": owner_id, "limit": limit}
    return (await session.execute(_FIRST_CARDS, values)).all()


async def more_cards(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    stage_id: UUID,
    owner_id: UUID | None,
    after: tuple[float, UUID],
    limit: int,
) -> Sequence[Row[Any]]:
    """Up to `limit` cards of a stage beyond the given one."""
    values = {
        "organisation_id": organisation_id,
        "stage_id": stage_id,
        "owner_id": owner_id,
        "position": after[0],
        "id": after[1],
        "limit": limit,
    }
    return (await session.execute(_MORE_CARDS, values)).all()
