"""Rows of queues, their members, and office hours."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.models.conversations import Conversation
from tradewind.modules.conversations.models.people import OfficeHours, Queue, QueueMember


async def office_hours(session: AsyncSession, *, lock: bool = False) -> OfficeHours | None:
    """The organisation's office hours, if it has set any."""
    statement = select(OfficeHours)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def queues(session: AsyncSession) -> Sequence[Queue]:
    """All queues by name."""
    return (await session.scalars(select(Queue).order_by(Queue.name, Queue.id))).all()


async def queue(session: AsyncSession, queue_id: UUID, *, lock: bool = False) -> Queue | None:
    """One queue."""
    statement = select(Queue).where(Queue.id == queue_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def default_queue(session: AsyncSession) -> Queue | None:
    """The queue of what names no other."""
    return await session.scalar(select(Queue).where(Queue.is_default))


async def members(session: AsyncSession, queue_ids: Sequence[UUID]) -> Sequence[QueueMember]:
    """Members of queues, in the order in which it is their turn."""
    return (
        await session.scalars(
            select(QueueMember)
            .where(QueueMember.queue_id.in_(queue_ids))
            .order_by(QueueMember.last_assigned_at.asc().nulls_first(), QueueMember.user_id)
        )
    ).all()


async def members_in_turn(session: AsyncSession, queue_id: UUID) -> Sequence[QueueMember]:
    """As `members`, keeping other transactions from giving anything to them meanwhile."""
    return (
        await session.scalars(
            select(QueueMember)
            .where(QueueMember.queue_id == queue_id)
            .order_by(QueueMember.last_assigned_at.asc().nulls_first(), QueueMember.user_id)
            .with_for_update()
        )
    ).all()


async def queue_ids_of(session: AsyncSession, user_id: UUID) -> list[UUID]:
    """The queues somebody is a member of."""
    return list((await session.scalars(select(QueueMember.queue_id).where(QueueMember.user_id == user_id))).all())


async def remove_members(session: AsyncSession, queue_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Take people out of a queue."""
    await session.execute(
        delete(QueueMember).where(QueueMember.queue_id == queue_id, QueueMember.user_id.in_(user_ids))
    )


async def leave_queues(session: AsyncSession, user_id: UUID) -> None:
    """Take somebody out of all queues."""
    await session.execute(delete(QueueMember).where(QueueMember.user_id == user_id))


async def move_conversations(session: AsyncSession, queue_id: UUID, target: UUID | None) -> None:
    """Put all conversations of a queue into another one."""
    await session.execute(update(Conversation).where(Conversation.queue_id == queue_id).values(queue_id=target))
