"""SQL of the files of conversations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.conversations.models.conversations import ConversationFile, Message


async def one(session: AsyncSession, conversation_id: UUID, file_id: UUID) -> ConversationFile | None:
    """A file of a conversation that the actor sees."""
    statement = select(ConversationFile).where(ConversationFile.id == file_id)
    return await session.scalar(statement.where(ConversationFile.conversation_id == conversation_id))


async def newest_of_visitor(session: AsyncSession, conversation_id: UUID, limit: int) -> Sequence[ConversationFile]:
    """The newest files that the visitor sent, oldest first."""
    statement = (
        select(ConversationFile)
        .join(Message, Message.id == ConversationFile.message_id)
        .where(ConversationFile.conversation_id == conversation_id, ConversationFile.scan == "clean")
        .where(Message.author == "visitor")
    )
    found = await session.scalars(statement.order_by(Message.sequence.desc(), ConversationFile.id.desc()).limit(limit))
    return found.all()[::-1]


async def keep_text(session: AsyncSession, file_id: UUID, *, content: str, unread: str) -> None:
    """Keep what was read from a file, or why nothing was."""
    changed = update(ConversationFile).where(ConversationFile.id == file_id)
    await session.execute(changed.values(content=content, unread=unread))


async def count(session: AsyncSession, conversation_id: UUID) -> int:
    """How many files a conversation has."""
    statement = select(func.count()).where(ConversationFile.conversation_id == conversation_id)
    return await session.scalar(statement) or 0


async def in_use(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Those of these storage keys that a file refers to."""
    statement = select(ConversationFile.storage_key).where(ConversationFile.storage_key.in_(keys)).distinct()
    return set(await session.scalars(statement))
