"""All SQL of the inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.inbox.models import CannedReply

_LOOK = text("""
    INSERT INTO conversation_presence (conversation_id, user_id, organisation_id, seen_at, typing_until)
    VALUES (:conversation_id, :user_id, :organisation_id, :seen_at, :typing_until)
    ON CONFLICT (conversation_id, user_id) DO UPDATE
    SET seen_at = excluded.seen_at, typing_until = excluded.typing_until
""")
_LOOKING = text("""
    SELECT user_id, seen_at, typing_until FROM conversation_presence
    WHERE conversation_id = :conversation_id AND seen_at > :since ORDER BY user_id
""")
_AWAY = text("DELETE FROM conversation_presence WHERE conversation_id = :conversation_id AND user_id = :user_id")
_FORGET = text("DELETE FROM conversation_presence WHERE seen_at < :before")


async def canned_replies(session: AsyncSession, user_id: UUID | None, queue_ids: Sequence[UUID]) -> list[CannedReply]:
    """Everyone's, those of these queues, and somebody's own; by shortcut."""
    seen = or_(
        CannedReply.owner_id.is_(None) & CannedReply.queue_id.is_(None),
        CannedReply.queue_id.in_(queue_ids),
        CannedReply.owner_id == user_id,
    )
    return list(await session.scalars(select(CannedReply).where(seen).order_by(CannedReply.shortcut, CannedReply.id)))


async def canned_reply(session: AsyncSession, reply_id: UUID, *, lock: bool = False) -> CannedReply | None:
    """One canned reply."""
    statement = select(CannedReply).where(CannedReply.id == reply_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def shortcut_taken(session: AsyncSession, reply: CannedReply) -> bool:
    """Whether another canned reply of the same scope has the same shortcut."""
    same: list[ColumnElement[bool]] = [
        CannedReply.id != reply.id,
        func.lower(CannedReply.shortcut) == reply.shortcut.lower(),
        CannedReply.owner_id.is_not_distinct_from(reply.owner_id),
        CannedReply.queue_id.is_not_distinct_from(reply.queue_id),
    ]
    with session.no_autoflush:
        return await session.scalar(select(CannedReply.id).where(*same).limit(1)) is not None


async def count(session: AsyncSession, owner_id: UUID | None) -> int:
    """How many canned replies somebody has, or (None) everyone together."""
    statement = select(func.count(CannedReply.id)).where(CannedReply.owner_id.is_not_distinct_from(owner_id))
    return await session.scalar(statement) or 0


async def count_use(session: AsyncSession, reply_id: UUID) -> None:
    """Note that a canned reply was taken."""
    await session.execute(update(CannedReply).where(CannedReply.id == reply_id).values(used=CannedReply.used + 1))


async def look(
    session: AsyncSession,
    conversation_id: UUID,
    user_id: UUID,
    organisation_id: UUID,
    *,
    at: datetime,
    typing_until: datetime | None,
) -> None:
    """Somebody looks at a conversation."""
    await session.execute(
        _LOOK,
        {
            "conversation_id": conversation_id,
            "user_id": user_id,
            "organisation_id": organisation_id,
            "seen_at": at,
            "typing_until": typing_until,
        },
    )


async def looking(session: AsyncSession, conversation_id: UUID, since: datetime) -> Sequence[Any]:
    """Who has looked at a conversation since: user_id, seen_at, typing_until."""
    return (await session.execute(_LOOKING, {"conversation_id": conversation_id, "since": since})).all()


async def look_away(session: AsyncSession, conversation_id: UUID, user_id: UUID) -> bool:
    """Somebody looks at a conversation no more; False if they did not."""
    result = await session.execute(_AWAY, {"conversation_id": conversation_id, "user_id": user_id})
    return bool(result.rowcount)  # pyright: ignore[reportAttributeAccessIssue]


async def forget_looks(session: AsyncSession, before: datetime) -> None:
    """Forget who looked at what before."""
    await session.execute(_FORGET, {"before": before})
