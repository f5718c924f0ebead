"""SQL of segments and saved views."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.clock import now
from tradewind.kernel.database import actor_of, asyncpg_connection
from tradewind.modules.leads.models.views import SavedView, Segment


async def get(session: AsyncSession, segment_id: UUID, *, lock: bool = False) -> Segment | None:
    """The segment, or None."""
    return await session.get(Segment, segment_id, with_for_update=lock or None)


async def all_of(session: AsyncSession) -> list[Segment]:
    """All segments by name."""
    return list((await session.execute(select(Segment).order_by(func.lower(Segment.name)))).scalars())


async def count(session: AsyncSession) -> int:
    """Number of segments."""
    return await session.scalar(select(func.count()).select_from(Segment)) or 0


async def add_members(session: AsyncSession, segment_id: UUID, lead_ids: Sequence[UUID]) -> int:
    """Add leads that exist and are not members yet; returns how many."""
    connection = await asyncpg_connection(session)
    status = await connection.execute(
        "insert into segment_members (organisation_id, segment_id, lead_id, added_at) "
        "select $1, $2, id, $4 from leads where id = any($3) and deleted_at is null on conflict do nothing",
        actor_of(session).organisation_id,
        segment_id,
        list(lead_ids),
        now(),
    )
    return int(status.split()[-1])


async def remove_members(session: AsyncSession, segment_id: UUID, lead_ids: Sequence[UUID]) -> int:
    """Take leads out; returns how many were members."""
    connection = await asyncpg_connection(session)
    status = await connection.execute(
        "delete from segment_members where segment_id = $1 and lead_id = any($2)", segment_id, list(lead_ids)
    )
    return int(status.split()[-1])


async def views(session: AsyncSession, entity: str | None) -> list[SavedView]:
    """Own and shared views in their order."""
    statement = (
        select(SavedView)
        .where(or_(SavedView.shared, SavedView.owner_id == actor_of(session).user_id))
        .order_by(SavedView.position, func.lower(SavedView.name), SavedView.id)
    )
    if entity is not None:
        statement = statement.where(SavedView.entity == entity)
    return list((await session.execute(statement)).scalars())


async def view(session: AsyncSession, view_id: UUID) -> SavedView | None:
    """A view the actor may see, or None; locked for a change."""
    found = await session.get(SavedView, view_id, with_for_update=True)
    if found is None or not (found.shared or found.owner_id == actor_of(session).user_id):
        return None
    return found
