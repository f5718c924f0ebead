"""Owners of leads and deals, deleted ones included."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_LEADS = text("SELECT id, owner_id FROM leads WHERE id = ANY(:ids)")
_DEALS = text("SELECT id, owner_id FROM deals WHERE id = ANY(:ids)")


async def of_leads(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Owner by lead, of those the session sees. Flushes nothing."""
    rows = await (await session.connection()).execute(_LEADS, {"ids": list(ids)})
    return {row.id: row.owner_id for row in rows}


async def of_deals(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Owner by deal, of those the session sees. Flushes nothing."""
    rows = await (await session.connection()).execute(_DEALS, {"ids": list(ids)})
    return {row.id: row.owner_id for row in rows}
