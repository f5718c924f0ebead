"""Whose conversations an event names, where it names no lead: those of the assignee."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.event_sight import owners_by
from tradewind.modules.conversations.repository import conversations as rows


@owners_by("conversation_id")
async def assignees(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, UUID | None]:
    """Assignee by conversation."""
    return await rows.assignees(session, ids)
